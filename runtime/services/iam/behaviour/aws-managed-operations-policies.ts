/** A managed policy of AWS, by path and name. */
export interface AwsManagedText {
  /** Its default version; v1 unless told. */
  version?: string;
  Statement: object[];
}

function allow(Action: string[], Resource: string | string[] = '*', Sid?: string): object {
  return { ...(Sid ? { Sid } : {}), Effect: 'Allow', Action, Resource };
}

function read(prefix: string, actions: string): string[] {
  return actions.split(' ').map((action) => `${prefix}:${action}`);
}

/** For people, machines and watching. */
export const operationsPolicies: Record<string, AwsManagedText> = {
  AdministratorAccess: { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
  PowerUserAccess: {
    version: 'v5',
    Statement: [
      { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' },
      allow([
        'account:GetAccountInformation',
        'account:GetPrimaryEmail',
        'account:ListRegions',
        'iam:CreateServiceLinkedRole',
        'iam:DeleteServiceLinkedRole',
        'iam:ListRoles',
        'organizations:DescribeOrganization',
      ]),
    ],
  },
  // AWS's document has some four hundred services more; these are of the ones Orrery runs or is to run.
  ReadOnlyAccess: {
    version: 'v100',
    Statement: [
      allow(
        [
          ...read('acm', 'Describe* Get* List*'),
          ...read('apigateway', 'GET'),
          ...read('application-autoscaling', 'Describe* List*'),
          ...read('autoscaling', 'Describe* GetPredictiveScalingForecast'),
          ...read('backup', 'Describe* Get* List*'),
          ...read('cloudformation', 'Describe* Detect* Estimate* Get* List* ValidateTemplate'),
          ...read('cloudfront', 'Describe* Get* List*'),
          ...read('cloudtrail', 'Describe* Get* List* LookupEvents'),
          ...read('cloudwatch', 'Describe* Get* List* GenerateQuery'),
          ...read('dynamodb', 'BatchGet* Describe* Get* List* PartiQLSelect Query Scan'),
          ...read('ec2', 'Describe* Get* List* Search*'),
          ...read('ecr', 'BatchCheck* BatchGet* Describe* Get* List*'),
          ...read('ecs', 'Describe* List*'),
          ...read('elasticache', 'Describe* List*'),
          ...read('elasticfilesystem', 'Describe* List*'),
          ...read('elasticloadbalancing', 'Describe*'),
          ...read('events', 'Describe* List* Test*'),
          ...read('fis', 'Get* List*'),
          ...read('iam', 'Generate* Get* List* Simulate*'),
          ...read('kms', 'Describe* Get* List*'),
          ...read('lambda', 'Get* List*'),
          ...read('logs', 'Describe* FilterLogEvents Get* List* StartQuery StopQuery TestMetricFilter'),
          ...read('rds', 'Describe* Download* List*'),
          ...read('route53', 'Get* List* Test*'),
          ...read('s3', 'DescribeJob Get* List*'),
          ...read('secretsmanager', 'Describe* GetResourcePolicy List*'),
          ...read('ses', 'Describe* Get* List*'),
          ...read('shield', 'Describe* Get* List*'),
          ...read('sns', 'Check* Get* List*'),
          ...read('sqs', 'Get* List* Receive*'),
          ...read('ssm', 'Describe* Get* List*'),
          ...read('states', 'Describe* GetExecutionHistory List*'),
          ...read('sts', 'GetAccessKeyInfo GetCallerIdentity GetSessionToken'),
          ...read('tag', 'Get*'),
          ...read('wafv2', 'CheckCapacity Describe* Get* List*'),
          ...read('xray', 'BatchGet* Get*'),
        ],
        '*',
        'ReadOnlyActions',
      ),
    ],
  },
  IAMFullAccess: {
    version: 'v2',
    Statement: [
      allow([
        'iam:*',
        'organizations:DescribeAccount',
        'organizations:DescribeOrganization',
        'organizations:DescribeOrganizationalUnit',
        'organizations:DescribePolicy',
        'organizations:ListChildren',
        'organizations:ListParents',
        'organizations:ListPoliciesForTarget',
        'organizations:ListRoots',
        'organizations:ListPolicies',
        'organizations:ListTargetsForPolicy',
      ]),
    ],
  },
  IAMReadOnlyAccess: {
    version: 'v4',
    Statement: [
      allow([
        'iam:GenerateCredentialReport',
        'iam:GenerateServiceLastAccessedDetails',
        'iam:Get*',
        'iam:List*',
        'iam:SimulateCustomPolicy',
        'iam:SimulatePrincipalPolicy',
      ]),
    ],
  },
  CloudWatchLogsFullAccess: { version: 'v2', Statement: [allow(['logs:*', 'cloudwatch:GenerateQuery'])] },
  CloudWatchLogsReadOnlyAccess: {
    version: 'v6',
    Statement: [
      allow([
        'logs:Describe*',
        'logs:Get*',
        'logs:List*',
        'logs:StartQuery',
        'logs:StopQuery',
        'logs:TestMetricFilter',
        'logs:FilterLogEvents',
        'logs:StartLiveTail',
        'logs:StopLiveTail',
        'cloudwatch:GenerateQuery',
      ]),
    ],
  },
  CloudWatchAgentServerPolicy: {
    version: 'v3',
    Statement: [
      allow(
        [
          'cloudwatch:PutMetricData',
          'ec2:DescribeVolumes',
          'ec2:DescribeTags',
          'logs:PutLogEvents',
          'logs:PutRetentionPolicy',
          'logs:DescribeLogStreams',
          'logs:DescribeLogGroups',
          'logs:CreateLogStream',
          'logs:CreateLogGroup',
          'xray:PutTraceSegments',
          'xray:PutTelemetryRecords',
          'xray:GetSamplingRules',
          'xray:GetSamplingTargets',
          'xray:GetSamplingStatisticSummaries',
        ],
        '*',
        'CWACloudWatchServerPermissions',
      ),
      allow(['ssm:GetParameter'], 'arn:aws:ssm:*:*:parameter/AmazonCloudWatch-*', 'CWASSMServerPermissions'),
    ],
  },
  CloudWatchLambdaInsightsExecutionRolePolicy: {
    Statement: [
      { Effect: 'Allow', Action: 'logs:CreateLogGroup', Resource: '*' },
      allow(['logs:CreateLogStream', 'logs:PutLogEvents'], 'arn:aws:logs:*:*:log-group:/aws/lambda-insights:*'),
    ],
  },
  AWSCloudFormationFullAccess: { Statement: [allow(['cloudformation:*'])] },
  AWSXrayFullAccess: { Statement: [allow(['xray:*'], ['*'])] },
  AmazonKinesisFullAccess: { Statement: [{ Effect: 'Allow', Action: 'kinesis:*', Resource: '*' }] },
  AmazonKinesisReadOnlyAccess: { Statement: [allow(['kinesis:Get*', 'kinesis:List*', 'kinesis:Describe*'])] },
  AmazonElasticFileSystemClientReadWriteAccess: {
    Statement: [
      allow([
        'elasticfilesystem:ClientMount',
        'elasticfilesystem:ClientWrite',
        'elasticfilesystem:DescribeMountTargets',
      ]),
    ],
  },
  AWSXRayDaemonWriteAccess: {
    version: 'v2',
    Statement: [
      allow(
        [
          'xray:PutTraceSegments',
          'xray:PutTelemetryRecords',
          'xray:GetSamplingRules',
          'xray:GetSamplingTargets',
          'xray:GetSamplingStatisticSummaries',
        ],
        ['*'],
      ),
    ],
  },
  AmazonSSMManagedInstanceCore: {
    version: 'v2',
    Statement: [
      allow([
        'ssm:DescribeAssociation',
        'ssm:GetDeployablePatchSnapshotForInstance',
        'ssm:GetDocument',
        'ssm:DescribeDocument',
        'ssm:GetManifest',
        'ssm:GetParameter',
        'ssm:GetParameters',
        'ssm:ListAssociations',
        'ssm:ListInstanceAssociations',
        'ssm:PutInventory',
        'ssm:PutComplianceItems',
        'ssm:PutConfigurePackageResult',
        'ssm:UpdateAssociationStatus',
        'ssm:UpdateInstanceAssociationStatus',
        'ssm:UpdateInstanceInformation',
      ]),
      allow([
        'ssmmessages:CreateControlChannel',
        'ssmmessages:CreateDataChannel',
        'ssmmessages:OpenControlChannel',
        'ssmmessages:OpenDataChannel',
      ]),
      allow([
        'ec2messages:AcknowledgeMessage',
        'ec2messages:DeleteMessage',
        'ec2messages:FailMessage',
        'ec2messages:GetEndpoint',
        'ec2messages:GetMessages',
        'ec2messages:SendReply',
      ]),
    ],
  },
  AmazonSSMReadOnlyAccess: { Statement: [allow(['ssm:Describe*', 'ssm:Get*', 'ssm:List*'])] },
  'service-role/AmazonECSTaskExecutionRolePolicy': {
    Statement: [
      allow([
        'ecr:GetAuthorizationToken',
        'ecr:BatchCheckLayerAvailability',
        'ecr:GetDownloadUrlForLayer',
        'ecr:BatchGetImage',
        'logs:CreateLogStream',
        'logs:PutLogEvents',
      ]),
    ],
  },
  AmazonEC2ContainerRegistryReadOnly: {
    version: 'v3',
    Statement: [
      allow([
        'ecr:GetAuthorizationToken',
        'ecr:BatchCheckLayerAvailability',
        'ecr:GetDownloadUrlForLayer',
        'ecr:GetRepositoryPolicy',
        'ecr:DescribeRepositories',
        'ecr:ListImages',
        'ecr:DescribeImages',
        'ecr:BatchGetImage',
        'ecr:GetLifecyclePolicy',
        'ecr:GetLifecyclePolicyPreview',
        'ecr:ListTagsForResource',
        'ecr:DescribeImageScanFindings',
      ]),
    ],
  },
  'service-role/AmazonRDSEnhancedMonitoringRole': {
    Statement: [
      allow(
        ['logs:CreateLogGroup', 'logs:PutRetentionPolicy'],
        ['arn:aws:logs:*:*:log-group:RDS*'],
        'EnableCreationAndManagementOfRDSCloudwatchLogGroups',
      ),
      allow(
        ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams', 'logs:GetLogEvents'],
        ['arn:aws:logs:*:*:log-group:RDS*:log-stream:*'],
        'EnableCreationAndManagementOfRDSCloudwatchLogStreams',
      ),
    ],
  },
};

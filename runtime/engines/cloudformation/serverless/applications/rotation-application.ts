import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What AWS publishes rotation functions as: names of applications, and the RotationType of a hosted one. */
export type RotationKind = `${'PostgreSQL' | 'MySQL' | 'MariaDB'}${'SingleUser' | 'MultiUser'}`;

export const rotationKinds: readonly RotationKind[] = [
  'PostgreSQLSingleUser',
  'PostgreSQLMultiUser',
  'MySQLSingleUser',
  'MySQLMultiUser',
  'MariaDBSingleUser',
  'MariaDBMultiUser',
];

/** A URL that stands for the template of an application, where CloudFormation is given one of an embedded stack. */
export function rotationTemplateUrl(kind: RotationKind): string {
  return `serverlessrepo:${applicationName(kind)}`;
}

/** "SecretsManagerRDSMySQLRotationSingleUser". */
export function applicationName(kind: RotationKind): string {
  return `SecretsManagerRDS${kind.replace(/(?=SingleUser|MultiUser)/, 'Rotation')}`;
}

/** Undefined for every other URL. */
export function applicationTemplate(url: string): string | undefined {
  const kind = rotationKinds.find((each) => rotationTemplateUrl(each) === url);
  return kind && JSON.stringify(rotationTemplate(kind));
}

/** The steps, and how one speaks to the database. */
function codeOf(kind: RotationKind): string {
  const session = kind.startsWith('PostgreSQL') ? 'postgresql-session.cjs' : 'mysql-session.cjs';
  return ['rotation.cjs', session].map((name) => readFileSync(join(import.meta.dirname, name), 'utf8')).join('\n');
}

const given = (name: string, value: unknown) => ({ 'Fn::If': [name, value, { Ref: 'AWS::NoValue' }] });
const notEmpty = (parameter: string) => ({ 'Fn::Not': [{ 'Fn::Equals': ['', { Ref: parameter }] }] });
const list = (parameter: string) => ({ 'Fn::Split': [',', { Ref: parameter }] });

/** Parameters and output are those of the published applications ("SecretsManagerRDSPostgreSQLRotationSingleUser"). */
function rotationTemplate(kind: RotationKind): object {
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `Rotates a secret of Amazon RDS (${kind})`,
    Parameters: {
      functionName: { Type: 'String' },
      endpoint: { Type: 'String' },
      ...Object.fromEntries(Object.entries(optional).map(([name, Default]) => [name, { Type: 'String', Default }])),
    },
    Conditions: Object.fromEntries(Object.entries(conditions).map(([name, parameter]) => [name, notEmpty(parameter)])),
    Resources: resources(kind),
    Outputs: {
      RotationLambdaARN: { Description: 'The ARN of the function', Value: { 'Fn::GetAtt': ['Function', 'Arn'] } },
    },
  };
}

const optional = {
  invokingServicePrincipal: 'secretsmanager.amazonaws.com',
  vpcSubnetIds: '',
  vpcSecurityGroupIds: '',
  kmsKeyArn: '',
  masterSecretArn: '',
  masterSecretKmsKeyArn: '',
  superuserSecretArn: '',
  superuserSecretKmsKeyArn: '',
  excludeCharacters: ':/@"\'\\',
  excludeNumbers: 'false',
  excludePunctuation: 'false',
  excludeUppercase: 'false',
  excludeLowercase: 'false',
  passwordLength: '32',
  requireEachIncludedType: 'true',
  runtime: '',
};

const conditions = {
  InVpc: 'vpcSubnetIds',
  HasKey: 'kmsKeyArn',
  HasMaster: 'masterSecretArn',
  HasMasterKey: 'masterSecretKmsKeyArn',
  HasSuperuser: 'superuserSecretArn',
  HasSuperuserKey: 'superuserSecretKmsKeyArn',
};

function resources(kind: RotationKind): object {
  const environment = {
    SECRETS_MANAGER_ENDPOINT: 'endpoint',
    EXCLUDE_CHARACTERS: 'excludeCharacters',
    EXCLUDE_NUMBERS: 'excludeNumbers',
    EXCLUDE_PUNCTUATION: 'excludePunctuation',
    EXCLUDE_UPPERCASE: 'excludeUppercase',
    EXCLUDE_LOWERCASE: 'excludeLowercase',
    PASSWORD_LENGTH: 'passwordLength',
    REQUIRE_EACH_INCLUDED_TYPE: 'requireEachIncludedType',
  };
  const fromParameters = Object.entries(environment).map(([name, parameter]) => [name, { Ref: parameter }]);
  return {
    Role: role(),
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: { Ref: 'functionName' },
        Description: `Rotates a secret of Amazon RDS (${kind})`,
        // AWS's are in Python; this one is not, so what the template says of the runtime cannot count.
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Timeout: 30,
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        Code: { ZipFile: codeOf(kind) },
        Environment: {
          Variables: {
            ...Object.fromEntries(fromParameters),
            ROTATION_TYPE: kind.replace(/^(PostgreSQL|MySQL|MariaDB)/, ''),
            ROTATION_ENGINE: kind.replace(/(Single|Multi)User$/, '').toLowerCase(),
          },
        },
        VpcConfig: given('InVpc', { SubnetIds: list('vpcSubnetIds'), SecurityGroupIds: list('vpcSecurityGroupIds') }),
      },
    },
    Permission: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: { 'Fn::GetAtt': ['Function', 'Arn'] },
        Principal: { Ref: 'invokingServicePrincipal' },
      },
    },
  };
}

/** As the applications' policy templates have it: AWSSecretsManagerRotationPolicy and what goes with it. */
function role(): object {
  const managed = (name: string) => ({ 'Fn::Sub': `arn:\${AWS::Partition}:iam::aws:policy/service-role/${name}` });
  const allow = (Action: string | string[], Resource: unknown, more: object = {}) => ({
    Effect: 'Allow',
    Action,
    Resource,
    ...more,
  });
  const secret = { 'Fn::Sub': 'arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:*' };
  const ofThisFunction = {
    Condition: {
      StringEquals: {
        'secretsmanager:resource/AllowRotationLambdaArn': {
          'Fn::Sub': 'arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${functionName}',
        },
      },
    },
  };
  const rotation = ['DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage'];
  const use = ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey'];
  const Statement = [
    allow(
      rotation.map((action) => `secretsmanager:${action}`),
      secret,
      ofThisFunction,
    ),
    allow('secretsmanager:GetRandomPassword', '*'),
    given('HasKey', allow(use, { Ref: 'kmsKeyArn' })),
    given('HasMaster', allow('secretsmanager:GetSecretValue', { Ref: 'masterSecretArn' })),
    given('HasMasterKey', allow(use, { Ref: 'masterSecretKmsKeyArn' })),
    given('HasSuperuser', allow('secretsmanager:GetSecretValue', { Ref: 'superuserSecretArn' })),
    given('HasSuperuserKey', allow(use, { Ref: 'superuserSecretKmsKeyArn' })),
  ];
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [allow('sts:AssumeRole', undefined, { Principal: { Service: 'lambda.amazonaws.com' } })],
      },
      ManagedPolicyArns: [
        managed('AWSLambdaBasicExecutionRole'),
        given('InVpc', managed('AWSLambdaVPCAccessExecutionRole')),
      ],
      Policies: [{ PolicyName: 'rotation', PolicyDocument: { Version: '2012-10-17', Statement } }],
    },
  };
}

import { isRecord, type ResourceDefinition } from '../template/template.ts';
import { policyStatements } from './policy-templates.ts';
import { list, made, type Properties, tagList } from './properties.ts';

/** The execution role SAM makes for a function that names none. */
export function functionRole(
  logicalId: string,
  definition: ResourceDefinition,
  eventPolicies: ReadonlySet<string>,
): ResourceDefinition {
  const properties = definition.Properties ?? {};
  const managed: unknown[] = [serviceRole('AWSLambdaBasicExecutionRole')];
  if (properties.VpcConfig !== undefined) managed.push(serviceRole('AWSLambdaVPCAccessExecutionRole'));
  if (properties.Tracing === 'Active' || properties.Tracing === 'PassThrough')
    managed.push(awsPolicy('AWSXrayWriteOnlyAccess'));
  for (const name of eventPolicies) managed.push(serviceRole(name));
  const inline: object[] = [];
  list(properties.Policies).forEach((policy, index) => {
    const PolicyName = `${logicalId}RolePolicy${index}`;
    if (typeof policy === 'string') managed.push(policy.startsWith('arn:') ? policy : awsPolicy(policy));
    else if (isRecord(policy) && policy.Statement !== undefined)
      inline.push({ PolicyName, PolicyDocument: document(policy) });
    else if (isRecord(policy) && isReference(policy)) managed.push(policy);
    else
      inline.push({
        PolicyName,
        PolicyDocument: { Version: '2012-10-17', Statement: policyStatements(logicalId, policy) },
      });
  });
  const role: Properties = {
    AssumeRolePolicyDocument: properties.AssumeRolePolicyDocument ?? {
      Version: '2012-10-17',
      Statement: [{ Action: ['sts:AssumeRole'], Effect: 'Allow', Principal: { Service: ['lambda.amazonaws.com'] } }],
    },
    ManagedPolicyArns: managed,
    Tags: tagList(properties.Tags),
  };
  if (inline.length > 0) role.Policies = inline;
  if (properties.PermissionsBoundary !== undefined) role.PermissionsBoundary = properties.PermissionsBoundary;
  if (properties.RolePath !== undefined) role.Path = properties.RolePath;
  const dead = properties.DeadLetterQueue;
  if (isRecord(dead)) {
    const Action = dead.Type === 'SNS' ? 'sns:Publish' : 'sqs:SendMessage';
    const Statement = [{ Action, Effect: 'Allow', Resource: dead.TargetArn }];
    role.Policies = [
      ...inline,
      { PolicyName: 'DeadLetterQueuePolicy', PolicyDocument: { Version: '2012-10-17', Statement } },
    ];
  }
  return made(definition, 'AWS::IAM::Role', role);
}

function document(policy: Record<string, unknown>): object {
  return { Version: '2012-10-17', ...policy, Statement: list(policy.Statement) };
}

function isReference(policy: Record<string, unknown>): boolean {
  const [key, ...others] = Object.keys(policy);
  return others.length === 0 && key !== undefined && (key === 'Ref' || key.startsWith('Fn::'));
}

function serviceRole(name: string): object {
  return { 'Fn::Sub': `arn:\${AWS::Partition}:iam::aws:policy/service-role/${name}` };
}

function awsPolicy(name: string): object {
  return { 'Fn::Sub': `arn:\${AWS::Partition}:iam::aws:policy/${name}` };
}

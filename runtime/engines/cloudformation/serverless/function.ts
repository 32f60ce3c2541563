import { createHash } from 'node:crypto';
import { isRecord, type ResourceDefinition, TemplateError } from '../template/template.ts';
import { expandEvents } from './events.ts';
import type { Expansion } from './expand-serverless.ts';
import { functionRole } from './function-role.ts';
import { attribute, inPlace, made, type Properties, pick, refuseOthers, tagList } from './properties.ts';

const copied = [
  'Architectures',
  'CodeSigningConfigArn',
  'Description',
  'Environment',
  'EphemeralStorage',
  'FileSystemConfigs',
  'FunctionName',
  'Handler',
  'ImageConfig',
  'KmsKeyArn',
  'Layers',
  'LoggingConfig',
  'MemorySize',
  'PackageType',
  'RecursiveLoop',
  'ReservedConcurrentExecutions',
  'Runtime',
  'RuntimeManagementConfig',
  'SnapStart',
  'Timeout',
  'VpcConfig',
];
const handled = [
  'AssumeRolePolicyDocument',
  'AutoPublishAlias',
  'CodeUri',
  'DeadLetterQueue',
  'EventInvokeConfig',
  'Events',
  'FunctionUrlConfig',
  'ImageUri',
  'InlineCode',
  'PermissionsBoundary',
  'Policies',
  'Role',
  'RolePath',
  'Tags',
  'Tracing',
];

/** "AWS::Serverless::Function" and "Generated CloudFormation resources for AWS::Serverless::Function". */
export function expandFunction(logicalId: string, definition: ResourceDefinition, into: Expansion): void {
  refuseOthers(logicalId, definition, [...copied, ...handled]);
  const properties = definition.Properties ?? {};
  const lambda: Properties = {
    ...pick(properties, copied),
    Code: code(logicalId, properties),
    Tags: tagList(properties.Tags),
  };
  if (properties.Tracing !== undefined && properties.Tracing !== 'Disabled')
    lambda.TracingConfig = { Mode: properties.Tracing };
  if (isRecord(properties.DeadLetterQueue))
    lambda.DeadLetterConfig = { TargetArn: properties.DeadLetterQueue.TargetArn };
  const target = alias(logicalId, definition, into, lambda);
  const { managedPolicies } = expandEvents(logicalId, definition, { ...into, target });
  if (properties.Role === undefined) {
    into.resources[`${logicalId}Role`] = functionRole(logicalId, definition, managedPolicies);
    lambda.Role = attribute(`${logicalId}Role`, 'Arn');
  } else lambda.Role = properties.Role;
  into.resources[logicalId] = inPlace(definition, 'AWS::Lambda::Function', lambda);
  extras(logicalId, definition, into, target);
}

/** What events invoke: the function, or its alias. */
export interface InvocationTarget {
  ref: unknown;
  arn: unknown;
}

function code(logicalId: string, { CodeUri, ImageUri, InlineCode }: Properties): Properties {
  if (InlineCode !== undefined) return { ZipFile: InlineCode };
  if (ImageUri !== undefined) return { ImageUri };
  if (isRecord(CodeUri)) {
    const { Bucket, Key, Version } = CodeUri;
    if (Bucket !== undefined)
      return { S3Bucket: Bucket, S3Key: Key, ...(Version !== undefined && { S3ObjectVersion: Version }) };
  }
  const place =
    typeof CodeUri === 'string' ? /^s3:\/\/([^/]+)\/([^?]+)(?:\?versionId=(.+))?$/.exec(CodeUri) : undefined;
  if (!place) {
    throw new TemplateError(
      `Resource with id [${logicalId}] is invalid. 'CodeUri' is not a valid S3 Uri of the form 's3://bucket/key' with optional versionId query parameter.`,
      { path: ['Resources', logicalId, 'Properties', 'CodeUri'] },
    );
  }
  return { S3Bucket: place[1], S3Key: place[2], ...(place[3] !== undefined && { S3ObjectVersion: place[3] }) };
}

/** AutoPublishAlias: a version for each new code, and an alias on it. */
function alias(
  logicalId: string,
  definition: ResourceDefinition,
  into: Expansion,
  lambda: Properties,
): InvocationTarget {
  const { AutoPublishAlias } = definition.Properties ?? {};
  if (AutoPublishAlias === undefined) return { ref: { Ref: logicalId }, arn: attribute(logicalId, 'Arn') };
  if (typeof AutoPublishAlias !== 'string') {
    throw new TemplateError(
      `Resource with id [${logicalId}] is invalid. 'AutoPublishAlias' must be a string or a Ref to a template parameter`,
    );
  }
  const hash = createHash('sha256').update(JSON.stringify(lambda.Code)).digest('hex').slice(0, 10);
  const versionId = `${logicalId}Version${hash}`;
  const aliasId = `${logicalId}Alias${AutoPublishAlias.replace(/[^A-Za-z0-9]/g, '')}`;
  into.resources[versionId] = made(
    definition,
    'AWS::Lambda::Version',
    { FunctionName: { Ref: logicalId } },
    { DeletionPolicy: 'Retain' },
  );
  into.resources[aliasId] = made(definition, 'AWS::Lambda::Alias', {
    FunctionName: { Ref: logicalId },
    FunctionVersion: attribute(versionId, 'Version'),
    Name: AutoPublishAlias,
  });
  return { ref: { Ref: aliasId }, arn: { Ref: aliasId } };
}

function extras(logicalId: string, definition: ResourceDefinition, into: Expansion, target: InvocationTarget): void {
  const { EventInvokeConfig, FunctionUrlConfig, AutoPublishAlias } = definition.Properties ?? {};
  if (isRecord(EventInvokeConfig)) {
    into.resources[`${logicalId}EventInvokeConfig`] = made(definition, 'AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: logicalId },
      Qualifier: AutoPublishAlias ?? '$LATEST',
      ...EventInvokeConfig,
    });
  }
  if (!isRecord(FunctionUrlConfig)) return;
  const FunctionUrlAuthType = FunctionUrlConfig.AuthType;
  into.resources[`${logicalId}Url`] = made(definition, 'AWS::Lambda::Url', {
    TargetFunctionArn: target.ref,
    ...FunctionUrlConfig,
  });
  if (FunctionUrlAuthType !== 'NONE') return;
  into.resources[`${logicalId}UrlPublicPermissions`] = made(definition, 'AWS::Lambda::Permission', {
    Action: 'lambda:InvokeFunctionUrl',
    FunctionName: target.ref,
    Principal: '*',
    FunctionUrlAuthType,
  });
}

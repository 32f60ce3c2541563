import { lookupTable } from '../../../kernel/lookup-table.ts';
import { isRecord, type ResourceDefinition, TemplateError } from '../template/template.ts';
import type { Expansion } from './expand-serverless.ts';
import { inPlace, pick, refuseOthers } from './properties.ts';

const types: Record<string, string> = lookupTable({ String: 'S', Number: 'N', Binary: 'B' });

/** "AWS::Serverless::SimpleTable": a table with a single key, `id` of type String unless told. */
export function expandSimpleTable(logicalId: string, definition: ResourceDefinition, { resources }: Expansion): void {
  refuseOthers(logicalId, definition, [
    'PrimaryKey',
    'ProvisionedThroughput',
    'TableName',
    'Tags',
    'SSESpecification',
    'PointInTimeRecoverySpecification',
  ]);
  const properties = definition.Properties ?? {};
  const { Name = 'id', Type = 'String' } = isRecord(properties.PrimaryKey) ? properties.PrimaryKey : {};
  const AttributeType = types[String(Type)];
  if (!AttributeType)
    throw new TemplateError(`Resource with id [${logicalId}] is invalid. Invalid "Type" "${String(Type)}".`);
  const tags = isRecord(properties.Tags)
    ? { Tags: Object.entries(properties.Tags).map(([Key, Value]) => ({ Key, Value })) }
    : {};
  resources[logicalId] = inPlace(definition, 'AWS::DynamoDB::Table', {
    AttributeDefinitions: [{ AttributeName: Name, AttributeType }],
    KeySchema: [{ AttributeName: Name, KeyType: 'HASH' }],
    ...(properties.ProvisionedThroughput === undefined && { BillingMode: 'PAY_PER_REQUEST' }),
    ...pick(properties, ['ProvisionedThroughput', 'TableName', 'SSESpecification', 'PointInTimeRecoverySpecification']),
    ...tags,
  });
}

/** "AWS::Serverless::LayerVersion": every change makes a new version; RetentionPolicy says whether old ones stay. */
export function expandLayer(logicalId: string, definition: ResourceDefinition, { resources }: Expansion): void {
  refuseOthers(logicalId, definition, [
    'ContentUri',
    'LayerName',
    'Description',
    'CompatibleRuntimes',
    'CompatibleArchitectures',
    'LicenseInfo',
    'RetentionPolicy',
  ]);
  const properties = definition.Properties ?? {};
  const uri = properties.ContentUri;
  const place = typeof uri === 'string' ? /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) : undefined;
  const Content = place
    ? { S3Bucket: place[1], S3Key: place[2] }
    : isRecord(uri)
      ? { S3Bucket: uri.Bucket, S3Key: uri.Key, ...(uri.Version !== undefined && { S3ObjectVersion: uri.Version }) }
      : undefined;
  if (!Content) {
    throw new TemplateError(
      `Resource with id [${logicalId}] is invalid. 'ContentUri' is not a valid S3 Uri of the form 's3://bucket/key' with optional versionId query parameter.`,
    );
  }
  const policy = String(properties.RetentionPolicy ?? 'Retain') === 'Delete' ? 'Delete' : 'Retain';
  resources[logicalId] = {
    ...inPlace(definition, 'AWS::Lambda::LayerVersion', {
      Content,
      LayerName: properties.LayerName ?? logicalId,
      ...pick(properties, ['Description', 'CompatibleRuntimes', 'CompatibleArchitectures', 'LicenseInfo']),
    }),
    DeletionPolicy: policy,
    UpdateReplacePolicy: policy,
  };
}

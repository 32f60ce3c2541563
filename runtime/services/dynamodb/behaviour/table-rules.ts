import type {
  AttributeDefinition,
  CreateTableCommandInput,
  GlobalSecondaryIndex,
  KeySchemaElement,
  LocalSecondaryIndex,
  Projection,
  ProvisionedThroughput,
} from '@aws-sdk/client-dynamodb';
import { constraint, validation } from '../errors.ts';

/** What CreateTable, UpdateTable and restores refuse ("Service, account, and table quotas"; API Reference of CreateTable). */

const mostGlobal = 20;
const mostLocal = 5;
const mostProjected = 100;

export type TableShape = Pick<
  CreateTableCommandInput,
  | 'TableName'
  | 'AttributeDefinitions'
  | 'KeySchema'
  | 'BillingMode'
  | 'ProvisionedThroughput'
  | 'GlobalSecondaryIndexes'
  | 'LocalSecondaryIndexes'
>;

function invalid(sentence: string): Error {
  return validation(`One or more parameter values were invalid: ${sentence}`);
}

export function checkTableName(name: string): void {
  if (!/^[a-zA-Z0-9_.-]+$/.test(name)) {
    throw constraint(name, 'tableName', 'Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+');
  }
  if (name.length < 3 || name.length > 255) {
    throw validation('TableName must be at least 3 characters long and at most 255 characters long');
  }
}

function checkIndexName(name: string): void {
  if (!/^[a-zA-Z0-9_.-]+$/.test(name)) {
    throw constraint(name, 'indexName', 'Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+');
  }
  if (name.length < 3) throw constraint(name, 'indexName', 'Member must have length greater than or equal to 3');
  if (name.length > 255) throw constraint(name, 'indexName', 'Member must have length less than or equal to 255');
}

export function checkShape(input: TableShape): void {
  checkTableName(input.TableName ?? '');
  const definitions = input.AttributeDefinitions ?? [];
  checkDefinitions(definitions);
  checkBilling(input);
  const keys = input.KeySchema ?? [];
  checkKeySchema(keys, definitions);
  const global = input.GlobalSecondaryIndexes;
  const local = input.LocalSecondaryIndexes;
  if (local) checkLocal(local, keys, definitions);
  if (global) checkGlobal(global, input.BillingMode, definitions);
  const names = [...(local ?? []), ...(global ?? [])].map((index) => index.IndexName);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw invalid(`Duplicate index name: ${twice}`);
  checkAllUsed(input);
  checkProjectedTotal([...(local ?? []), ...(global ?? [])]);
}

function checkDefinitions(definitions: AttributeDefinition[]): void {
  const names = definitions.map((one) => one.AttributeName);
  if (new Set(names).size !== names.length) {
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    throw invalid(`Cannot have two attributes with the same name. Name: ${twice}`);
  }
  for (const { AttributeType } of definitions) {
    if (['S', 'N', 'B'].includes(AttributeType ?? '')) continue;
    throw constraint(
      AttributeType,
      'attributeDefinitions.1.member.attributeType',
      'Member must satisfy enum value set: [B, N, S]',
    );
  }
}

function checkBilling({
  BillingMode,
  ProvisionedThroughput,
}: Pick<TableShape, 'BillingMode' | 'ProvisionedThroughput'>): void {
  if (BillingMode === 'PAY_PER_REQUEST') {
    if (!ProvisionedThroughput) return;
    throw invalid(
      'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
    );
  }
  if (BillingMode !== undefined && BillingMode !== 'PROVISIONED') {
    throw constraint(BillingMode, 'billingMode', 'Member must satisfy enum value set: [PROVISIONED, PAY_PER_REQUEST]');
  }
  if (!ProvisionedThroughput) {
    throw invalid('ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED');
  }
  checkThroughput(ProvisionedThroughput, 'provisionedThroughput');
}

export function checkThroughput(throughput: ProvisionedThroughput, member: string): void {
  for (const name of ['ReadCapacityUnits', 'WriteCapacityUnits'] as const) {
    const units = throughput[name] ?? 0;
    const path = `${member}.${name.charAt(0).toLowerCase()}${name.slice(1)}`;
    if (units < 1) throw constraint(units, path, 'Member must have value greater than or equal to 1');
    if (units > 1_000_000_000_000) throw validation(`Given value ${units} for ${name} is out of bounds`);
  }
}

function checkKeySchema(keys: KeySchemaElement[], definitions: AttributeDefinition[]): void {
  if (keys.length < 1 || keys.length > 2) {
    const sentence = keys.length === 0 ? 'greater than or equal to 1' : 'less than or equal to 2';
    throw constraint(
      `[${keys.map((key) => key.AttributeName).join(', ')}]`,
      'keySchema',
      `Member must have length ${sentence}`,
    );
  }
  const names = keys.map((key) => key.AttributeName);
  const defined = definitions.map((one) => one.AttributeName);
  if (keys.length > definitions.length)
    throw validation('Invalid KeySchema: Some index key attribute have no definition');
  if (names.some((name) => !defined.includes(name))) {
    throw invalid(
      `Some index key attributes are not defined in AttributeDefinitions. Keys: [${names.join(', ')}], AttributeDefinitions: [${defined.join(', ')}]`,
    );
  }
  if (names[0] === names[1])
    throw validation('Both the Hash Key and the Range Key element in the KeySchema have the same name');
  if (keys[0]?.KeyType !== 'HASH')
    throw validation('Invalid KeySchema: The first KeySchemaElement is not a HASH key type');
  if (keys[1] && keys[1].KeyType !== 'RANGE') {
    throw validation('Invalid KeySchema: The second KeySchemaElement is not a RANGE key type');
  }
}

function checkLocal(
  indexes: LocalSecondaryIndex[],
  tableKeys: KeySchemaElement[],
  definitions: AttributeDefinition[],
): void {
  if (indexes.length === 0) throw invalid('List of LocalSecondaryIndexes is empty');
  if (tableKeys.length !== 2) {
    throw invalid('Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex');
  }
  const partition = tableKeys[0]?.AttributeName;
  for (const { IndexName = '', KeySchema = [], Projection } of indexes) {
    checkIndexName(IndexName);
    checkKeySchema(KeySchema, definitions);
    if (KeySchema.length !== 2) throw invalid(`Index KeySchema does not have a range key for index: ${IndexName}`);
    const own = KeySchema[0]?.AttributeName;
    if (own !== partition) {
      throw invalid(
        `Index KeySchema does not have the same leading hash key as table KeySchema for index: ${IndexName}. index hash key: ${own}, table hash key: ${partition}`,
      );
    }
    checkProjection(Projection);
  }
  if (indexes.length > mostLocal)
    throw invalid(`Number of LocalSecondaryIndexes exceeds per-table limit of ${mostLocal}`);
}

function checkGlobal(
  indexes: GlobalSecondaryIndex[],
  billing: string | undefined,
  definitions: AttributeDefinition[],
): void {
  if (indexes.length === 0) throw invalid('List of GlobalSecondaryIndexes is empty');
  for (const index of indexes) checkGlobalIndex(index, billing, definitions);
  if (indexes.length > mostGlobal)
    throw invalid(`GlobalSecondaryIndex count exceeds the per-table limit of ${mostGlobal}`);
}

export function checkGlobalIndex(
  index: GlobalSecondaryIndex,
  billing: string | undefined,
  definitions: AttributeDefinition[],
): void {
  const { IndexName = '', KeySchema = [], Projection, ProvisionedThroughput } = index;
  checkIndexName(IndexName);
  checkKeySchema(KeySchema, definitions);
  checkProjection(Projection);
  if (billing === 'PAY_PER_REQUEST') {
    if (!ProvisionedThroughput) return;
    throw invalid(
      `ProvisionedThroughput should not be specified for index: ${IndexName} when BillingMode is PAY_PER_REQUEST`,
    );
  }
  if (!ProvisionedThroughput) throw invalid(`ProvisionedThroughput must be specified for index: ${IndexName}`);
  checkThroughput(ProvisionedThroughput, 'globalSecondaryIndexes.1.member.provisionedThroughput');
}

function checkProjection(projection: Projection | undefined): void {
  const type = projection?.ProjectionType;
  if (type === undefined) throw invalid('Unknown ProjectionType: null');
  if (!['ALL', 'INCLUDE', 'KEYS_ONLY'].includes(type)) {
    throw constraint(
      type,
      'projection.projectionType',
      'Member must satisfy enum value set: [ALL, INCLUDE, KEYS_ONLY]',
    );
  }
  if (projection?.NonKeyAttributes && type !== 'INCLUDE')
    throw invalid(`ProjectionType is ${type}, but NonKeyAttributes is specified`);
  if (type === 'INCLUDE' && !projection?.NonKeyAttributes?.length)
    throw invalid('ProjectionType is INCLUDE, but NonKeyAttributes is not specified');
}

/** AttributeDefinitions names key attributes only, and all of them. */
function checkAllUsed(
  input: Pick<TableShape, 'AttributeDefinitions' | 'KeySchema' | 'GlobalSecondaryIndexes' | 'LocalSecondaryIndexes'>,
): void {
  const indexes = [...(input.GlobalSecondaryIndexes ?? []), ...(input.LocalSecondaryIndexes ?? [])];
  const schemas = [input.KeySchema ?? [], ...indexes.map((index) => index.KeySchema ?? [])];
  const used = new Set(schemas.flat().map((key) => key.AttributeName));
  const defined = (input.AttributeDefinitions ?? []).map((one) => one.AttributeName);
  if (defined.every((name) => used.has(name))) return;
  if (indexes.length === 0) {
    throw invalid(
      'Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions',
    );
  }
  throw invalid(
    `Some AttributeDefinitions are not used. AttributeDefinitions: [${defined.join(', ')}], keys used: [${[...used].join(', ')}]`,
  );
}

function checkProjectedTotal(indexes: (GlobalSecondaryIndex | LocalSecondaryIndex)[]): void {
  const total = indexes.reduce((sum, index) => sum + (index.Projection?.NonKeyAttributes?.length ?? 0), 0);
  if (total > mostProjected) throw invalid(`The total number of projected attributes exceeds ${mostProjected}`);
}

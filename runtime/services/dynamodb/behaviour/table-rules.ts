import type { CreateTableCommandInput, KeySchemaElement } from '@aws-sdk/client-dynamodb';
import { validation } from '../errors.ts';

/** "CreateTable" (API Reference): names, key schemas, and every attribute defined that a key uses, and no other. */
export function checkSchema(input: CreateTableCommandInput): void {
  const name = input.TableName ?? '';
  if (!/^(arn:.+|[A-Za-z0-9_.-]{3,255})$/.test(name)) {
    throw validation(
      "1 validation error detected: Value at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+ and have length between 3 and 255",
    );
  }
  const defined = new Map(
    (input.AttributeDefinitions ?? []).map((one) => [one.AttributeName ?? '', one.AttributeType]),
  );
  const schemas = [
    input.KeySchema ?? [],
    ...[...(input.GlobalSecondaryIndexes ?? []), ...(input.LocalSecondaryIndexes ?? [])].map(
      (index) => index.KeySchema ?? [],
    ),
  ];
  schemas.forEach(checkKeys);
  const used = new Set(schemas.flat().map((element) => element.AttributeName ?? ''));
  const missing = [...used].filter((attribute) => !defined.has(attribute));
  if (missing.length > 0) {
    throw validation(
      `One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [${missing.join(', ')}], AttributeDefinitions: [${[...defined.keys()].join(', ')}]`,
    );
  }
  if (defined.size > used.size)
    throw validation(
      'One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions',
    );
  if (input.BillingMode === 'PAY_PER_REQUEST' && input.ProvisionedThroughput) {
    throw validation(
      'One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
    );
  }
  if (input.BillingMode !== 'PAY_PER_REQUEST' && !input.ProvisionedThroughput) {
    throw validation(
      'One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED',
    );
  }
  const names = [...(input.GlobalSecondaryIndexes ?? []), ...(input.LocalSecondaryIndexes ?? [])].map(
    (index) => index.IndexName,
  );
  if (new Set(names).size !== names.length)
    throw validation('One or more parameter values were invalid: Duplicate index name');
  const partition = input.KeySchema?.[0]?.AttributeName;
  const stray = (input.LocalSecondaryIndexes ?? []).find((index) => index.KeySchema?.[0]?.AttributeName !== partition);
  if (stray)
    throw validation(
      `One or more parameter values were invalid: Index KeySchema does not have the same leading hash key as table KeySchema for index: ${stray.IndexName}`,
    );
}

function checkKeys(schema: KeySchemaElement[]): void {
  const [first, second] = schema;
  if (first?.KeyType !== 'HASH')
    throw validation('Invalid KeySchema: The first KeySchemaElement is not a HASH key type');
  if (second && second.KeyType !== 'RANGE')
    throw validation('Invalid KeySchema: The second KeySchemaElement is not a RANGE key type');
  if (schema.length > 2)
    throw validation(
      "1 validation error detected: Value at 'keySchema' failed to satisfy constraint: Member must have length less than or equal to 2",
    );
  if (first.AttributeName === second?.AttributeName)
    throw validation('Both the Hash Key and the Range Key element in the KeySchema have the same name');
}

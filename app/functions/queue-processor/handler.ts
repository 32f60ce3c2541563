// An order's last hop: SQS hands the API handler's messages to this, this prices and stores them.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { readEnvironment } from '../../shared/environment.ts';
import { createProcessor } from './processor.ts';

const { TABLE_NAME } = readEnvironment(['TABLE_NAME']);

const client = new DynamoDBClient({
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000 },
});

export const handler = createProcessor({ documents: DynamoDBDocumentClient.from(client), tableName: TABLE_NAME });

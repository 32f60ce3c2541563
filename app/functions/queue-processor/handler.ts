// An order's last hop: SQS hands the API handler's messages to this, this prices and stores them.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { clientOptions } from '../../shared/client-options.ts';
import { readEnvironment } from '../../shared/environment.ts';
import { createProcessor } from './processor.ts';

const { TABLE_NAME } = readEnvironment(['TABLE_NAME']);

export const handler = createProcessor({
  documents: DynamoDBDocumentClient.from(new DynamoDBClient(clientOptions)),
  tableName: TABLE_NAME,
});

// An order's first hop: API Gateway calls this, this leaves a receipt in the table and a message on the queue.
// The queue processor (../queue-processor) makes the order of it.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { readEnvironment } from '../../shared/environment.ts';
import { createApi } from './api.ts';

const { QUEUE_URL, TABLE_NAME } = readEnvironment(['QUEUE_URL', 'TABLE_NAME']);

// Made once a sandbox, so warm calls reuse connections. The times leave room for one retry within the function's own.
const clientOptions = { maxAttempts: 3, requestHandler: { connectionTimeout: 1_000, requestTimeout: 3_000 } };

export const handler = createApi({
  documents: DynamoDBDocumentClient.from(new DynamoDBClient(clientOptions)),
  queue: new SQSClient(clientOptions),
  tableName: TABLE_NAME,
  queueUrl: QUEUE_URL,
});

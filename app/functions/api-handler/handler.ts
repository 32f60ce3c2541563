// An order's first hop: API Gateway calls this, this leaves a receipt in the table and a message on the queue.
// The queue processor (../queue-processor) makes the order of it.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { clientOptions } from '../../shared/client-options.ts';
import { readEnvironment } from '../../shared/environment.ts';
import { createApi } from './api.ts';

const { QUEUE_URL, TABLE_NAME } = readEnvironment(['QUEUE_URL', 'TABLE_NAME']);

// The clients are made once a sandbox, so warm calls reuse their connections.
export const handler = createApi({
  documents: DynamoDBDocumentClient.from(new DynamoDBClient(clientOptions)),
  queue: new SQSClient(clientOptions),
  tableName: TABLE_NAME,
  queueUrl: QUEUE_URL,
});

// For tests: calls the API as the gateway would.
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { createLog } from '../../shared/log.ts';
import type { MenuItem } from '../../shared/menu.ts';
import type { FieldError } from '../../shared/order-rules.ts';
import type { InMemoryAws } from '../in-memory-aws.ts';
import { createApi } from './api.ts';

export const order = {
  customer: { name: 'Ada Fisher', email: 'ada@example.com', phone: '+44 1728 555 010' },
  items: [
    { sku: 'mackerel', quantity: 2 },
    { sku: 'chips', quantity: 1 },
  ],
  note: 'By the window, please',
};

type Call = {
  headers?: Record<string, string>;
  body?: string;
  isBase64Encoded?: boolean;
  stage?: string;
  now?: () => Date;
};

export type ApiAnswer = {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
  json: AnswerBody;
  lines: string[];
};

/** Every member any answer has, so that a test reads the one it expects; the assertion tells whether it was there. */
type AnswerBody = {
  orderId: string;
  status: string | number;
  total: number;
  items: MenuItem[];
  errors: FieldError[];
} & {
  [Text in 'type' | 'title' | 'detail' | 'instance']: string;
};

/** Calls one route; a body is JSON unless `headers` say otherwise. */
export async function callApi(aws: InMemoryAws, method: string, path: string, call: Call = {}): Promise<ApiAnswer> {
  const lines: string[] = [];
  const { documents, queue } = aws;
  const handler = createApi({
    documents,
    queue,
    tableName: 'orders',
    queueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/orders',
    createLog: (context) => createLog(context, (line) => lines.push(line)),
    ...(call.now ? { now: call.now } : {}),
  });
  const {
    statusCode = 0,
    headers = {},
    body = '',
  } = await handler(gatewayEvent(method, path, call), {
    awsRequestId: 'lambda-request',
  });
  const json = body === '' ? undefined : JSON.parse(body);
  return { statusCode, headers: headers as Record<string, string>, body, json, lines };
}

/** `POST /api/orders` of `body` (the sample order unless given) under an idempotency key. */
export function postOrder(aws: InMemoryAws, key: string, { body = order as unknown, now = () => new Date() } = {}) {
  const headers = { 'content-type': 'application/json', 'idempotency-key': key };
  return callApi(aws, 'POST', '/api/orders', { headers, body: JSON.stringify(body), now });
}

/** A request as API Gateway hands it over in payload format 2.0. */
export function gatewayEvent(method: string, path: string, call: Call = {}): APIGatewayProxyEventV2 {
  const { headers = { 'content-type': 'application/json' }, body, isBase64Encoded = false, stage = '$default' } = call;
  return {
    version: '2.0',
    routeKey: 'ANY /api/{proxy+}',
    rawPath: path,
    rawQueryString: '',
    headers,
    requestContext: {
      accountId: '123456789012',
      apiId: 'api',
      domainName: 'api.execute-api.eu-west-1.amazonaws.com',
      domainPrefix: 'api',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
      requestId: 'gateway-request',
      routeKey: 'ANY /api/{proxy+}',
      stage,
      time: '21/Nov/2026:12:00:00 +0000',
      timeEpoch: 0,
    },
    ...(body === undefined ? {} : { body }),
    isBase64Encoded,
  };
}

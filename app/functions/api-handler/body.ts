import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { Problem } from '../../shared/problem.ts';

/** The largest valid order is about 8 KB; API Gateway itself would let 10 MB through. */
export const bodyLimitBytes = 32 * 1024;

/** Reads the request's body as JSON. Throws the Problem that says what is wrong with it. */
export function readJsonBody({ headers, body = '', isBase64Encoded }: APIGatewayProxyEventV2): unknown {
  const mediaType = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (mediaType !== 'application/json') {
    const detail = `Send the order with Content-Type: application/json, not ${mediaType || 'without one'}.`;
    throw new Problem('unsupported-media-type', { detail, headers: { 'accept-post': 'application/json' } });
  }
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > bodyLimitBytes) {
    throw new Problem('body-too-large', { detail: `An order takes at most ${bodyLimitBytes} bytes.` });
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new Problem('malformed-json', { detail: `The body cannot be read as JSON: ${(error as Error).message}` });
  }
}

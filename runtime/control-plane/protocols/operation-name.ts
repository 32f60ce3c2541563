import type { ProtocolName, WireRequest } from './protocol.ts';
import { documentBody } from './request-body.ts';

/**
 * What the request calls its operation, in the protocols that name it: X-Amz-Target, the path of rpcV2Cbor, the Action of
 * a form, which may be compressed or in the query of a GET. Undefined where nothing is named, and for the REST protocols,
 * whose operation is found by matchRestOperation.
 */
export function operationName(protocol: ProtocolName, request: WireRequest): string | undefined {
  switch (protocol) {
    case 'awsJson1_0':
    case 'awsJson1_1':
      return request.headers['x-amz-target']?.split('.').at(-1) || undefined;
    case 'rpcV2Cbor':
      return /\/service\/[^/]+\/operation\/([^/]+)\/?$/.exec(request.path)?.[1];
    case 'awsQuery':
    case 'ec2Query': {
      const body = documentBody(request);
      return new URLSearchParams(body.length > 0 ? body.toString('latin1') : request.query).get('Action') || undefined;
    }
    default:
      return undefined;
  }
}

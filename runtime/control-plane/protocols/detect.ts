import type { ModelIndexEntry } from './model.ts';
import type { ProtocolName } from './protocol.ts';

export interface RequestSigns {
  method: string;
  path: string;
  query: string;
  headers: Record<string, string>;
}

/** Which of its service's protocols a request speaks: clients of different ages speak different ones to the same service. */
export function detectProtocol(request: RequestSigns, entry: ModelIndexEntry): ProtocolName {
  const spoken = entry.protocols as ProtocolName[];
  if (request.headers['smithy-protocol'] === 'rpc-v2-cbor' && spoken.includes('rpcV2Cbor')) return 'rpcV2Cbor';
  if (request.headers['x-amz-target']) {
    return request.headers['content-type']?.includes('json-1.0') ? 'awsJson1_0' : (spoken.find((name) => name.startsWith('awsJson')) ?? 'awsJson1_1');
  }
  const first = spoken[0] ?? 'restXml';
  if (first === 'restJson' || first === 'restXml') return first;
  return spoken.find((name) => name === 'awsQuery' || name === 'ec2Query') ?? first;
}

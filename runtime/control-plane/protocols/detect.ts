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
  const [own = 'restXml'] = spoken;
  if (request.headers['smithy-protocol'] === 'rpc-v2-cbor' && spoken.includes('rpcV2Cbor')) return 'rpcV2Cbor';
  if (request.headers['x-amz-target']) return jsonVersion(request.headers['content-type'] ?? '', spoken);
  if (own === 'restJson' || own === 'restXml') return own;
  return spoken.find((name) => name === 'awsQuery' || name === 'ec2Query') ?? own;
}

/** Answered in the version that was asked in, else in the service's own. */
function jsonVersion(contentType: string, spoken: ProtocolName[]): ProtocolName {
  if (contentType.includes('json-1.0')) return 'awsJson1_0';
  if (contentType.includes('json-1.1')) return 'awsJson1_1';
  return spoken.find((name) => name === 'awsJson1_0' || name === 'awsJson1_1') ?? 'awsJson1_1';
}

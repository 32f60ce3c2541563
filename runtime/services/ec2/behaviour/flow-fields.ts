import { refused } from '../../../kernel/errors.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import { invalidParameterValue } from '../errors.ts';
import type { Instance } from '../instance-state.ts';
import type { NetworkInterface, Subnet } from '../network-state.ts';

/** One flow as one interface saw it. */
export interface FlowSeen {
  account: string;
  region: string;
  face: NetworkInterface;
  subnet: Subnet | undefined;
  instance: Instance | undefined;
  source: string;
  sourcePort: number | undefined;
  target: string;
  port: number;
  protocol: number;
  packets: number;
  bytes: number;
  action: 'ACCEPT' | 'REJECT';
  /** Seconds since 1970. */
  start: number;
  end: number;
}

/** "Flow log records" (Amazon VPC User Guide), version 2: the default format. */
export const logFormat = [
  'version account-id interface-id srcaddr dstaddr srcport dstport',
  'protocol packets bytes start end action log-status',
]
  .join(' ')
  .replace(/\S+/g, (field) => `\${${field}}`);

type Value = string | number | undefined;

/** "Available fields": what each tells, and the version of records it came with. */
const fields: Readonly<Record<string, readonly [version: number, value: (seen: FlowSeen) => Value]>> = lookupTable({
  version: [2, () => 2],
  'account-id': [2, ({ account }) => account],
  'interface-id': [2, ({ face }) => face.NetworkInterfaceId],
  srcaddr: [2, ({ source }) => source],
  dstaddr: [2, ({ target }) => target],
  srcport: [2, ({ sourcePort }) => sourcePort],
  dstport: [2, ({ port }) => port],
  protocol: [2, ({ protocol }) => protocol],
  packets: [2, ({ packets }) => packets],
  bytes: [2, ({ bytes }) => bytes],
  start: [2, ({ start }) => start],
  end: [2, ({ end }) => end],
  action: [2, ({ action }) => action],
  'log-status': [2, () => 'OK'],
  'vpc-id': [3, ({ face }) => face.VpcId],
  'subnet-id': [3, ({ face }) => face.SubnetId],
  'instance-id': [3, ({ instance }) => instance?.InstanceId],
  type: [3, () => 'IPv4'],
  'pkt-srcaddr': [3, ({ source }) => source],
  'pkt-dstaddr': [3, ({ target }) => target],
  region: [4, ({ region }) => region],
  'az-id': [4, ({ subnet }) => subnet?.AvailabilityZoneId],
  'sublocation-type': [4, () => undefined],
  'sublocation-id': [4, () => undefined],
  'flow-direction': [5, ({ face, source }) => (holds(face, source) ? 'egress' : 'ingress')],
});

const notDone: Readonly<Record<string, string>> = lookupTable({
  'tcp-flags': 'the flags of packets are not counted.',
  'traffic-path': 'by which gateway a packet left is not counted.',
  'pkt-src-aws-service': 'addresses of AWS services are not told apart.',
  'pkt-dst-aws-service': 'addresses of AWS services are not told apart.',
  'reject-reason': 'why a packet was dropped is not counted.',
});

/** The fields that a format names, each checked. */
export function fieldsOf(format: string): string[] {
  const named = [...format.matchAll(/\$\{([^}$]*)\}/g)].map(([, field = '']) => field);
  if (named.length === 0 || format.replace(/\$\{[^}$]*\}/g, '').trim() !== '')
    throw invalidParameterValue(`Invalid Flow Log format : ${format}`);
  for (const field of named) {
    if (notDone[field]) throw refused(`ec2 CreateFlowLogs field ${field} of LogFormat`, notDone[field]);
    if (!fields[field]) throw invalidParameterValue(`Unknown fields provided: ${field}`);
  }
  return named;
}

/** A record in that format; what does not apply is a dash, and the version that of the newest field. */
export function recordOf(format: string, seen: FlowSeen): string {
  const named = fieldsOf(format);
  const version = Math.max(...named.map((field) => fields[field]?.[0] ?? 2));
  return named.map((field) => (field === 'version' ? version : (fields[field]?.[1](seen) ?? '-'))).join(' ');
}

export function holds({ PrivateIpAddresses }: NetworkInterface, address: string): boolean {
  return PrivateIpAddresses.some(({ PrivateIpAddress }) => PrivateIpAddress === address);
}

import { isIPv4 } from 'node:net';
import type {
  ChangeResourceRecordSetsCommandInput,
  GetChangeCommandInput,
  ListResourceRecordSetsCommandInput,
  ResourceRecordSet,
  TestDNSAnswerCommandInput,
} from '@aws-sdk/client-route-53';
import type { Answer } from 'dns-packet';
import { dns } from '../../../data-planes/dns/dns.ts';
import { absoluteName } from '../../../data-planes/dns/records.ts';
import { rangeOf, toAddress } from '../../../engines/network/addresses.ts';
import type { Context } from '../../../kernel/service.ts';
import { applyBatch } from '../behaviour/change-batch.ts';
import { describeChange, recordChange } from '../behaviour/changes.ts';
import { shown } from '../behaviour/record-rules.ts';
import { invalidInput, noSuchChange } from '../errors.ts';
import { bareId, changes, recordsOf, reversed, zoneAt } from '../state.ts';

export function ChangeResourceRecordSets(ctx: Context, input: ChangeResourceRecordSetsCommandInput) {
  const zone = zoneAt(ctx, input.HostedZoneId);
  applyBatch(ctx, zone, input.ChangeBatch?.Changes ?? []);
  return { ChangeInfo: recordChange(ctx, input.ChangeBatch?.Comment) };
}

export function GetChange(ctx: Context, input: GetChangeCommandInput) {
  const change = changes(ctx, ctx).get(bareId(input.Id));
  if (!change) throw noSuchChange(bareId(input.Id));
  return { ChangeInfo: describeChange(ctx, change) };
}

const mostListed = 300;

/** In the order of names from the last label to the first, then type, then set identifier. */
export function ListResourceRecordSets(ctx: Context, input: ListResourceRecordSetsCommandInput) {
  const zone = zoneAt(ctx, input.HostedZoneId);
  if (input.StartRecordType && !input.StartRecordName)
    throw invalidInput('The input is not valid: StartRecordType needs StartRecordName');
  if (input.StartRecordIdentifier && !input.StartRecordType)
    throw invalidInput('The input is not valid: StartRecordIdentifier needs StartRecordType');
  const start = [
    input.StartRecordName ? reversed(absoluteName(input.StartRecordName)) : '',
    input.StartRecordType ?? '',
    input.StartRecordIdentifier ?? '',
  ].join(' ');
  const limit = Math.min(Math.max(input.MaxItems ?? mostListed, 1), mostListed);
  const rest = recordsOf(ctx, ctx, zone.Id)
    .flatMap(({ sets }) => sets)
    .filter((set) => [reversed(set.Name ?? ''), set.Type, set.SetIdentifier ?? ''].join(' ') >= start);
  const next = rest[limit];
  return {
    ResourceRecordSets: rest.slice(0, limit).map(described),
    IsTruncated: next !== undefined,
    MaxItems: limit,
    ...(next
      ? { NextRecordName: shown(next.Name), NextRecordType: next.Type, NextRecordIdentifier: next.SetIdentifier }
      : {}),
  };
}

function described(set: ResourceRecordSet): ResourceRecordSet {
  return { ...set, Name: shown(set.Name), ...(set.AliasTarget ? {} : { ResourceRecords: set.ResourceRecords }) };
}

/** Answers as the name servers would, for a resolver's or a client's address. */
export function TestDNSAnswer(ctx: Context, input: TestDNSAnswerCommandInput) {
  const zone = zoneAt(ctx, input.HostedZoneId);
  if (zone.PrivateZone) throw invalidInput('TestDNSAnswer does not support private hosted zones.');
  const name = absoluteName(input.RecordName ?? '');
  const ip = clientOf(input);
  const type = String(input.RecordType);
  const { rcode, answers } = ctx.engine(dns).resolve(name, type, ip ? { ip } : {});
  return {
    Nameserver: zone.NameServers[0],
    RecordName: shown(name),
    RecordType: input.RecordType,
    RecordData: answers.flatMap((answer) => (answer.type === type ? [presented(answer)] : [])),
    ResponseCode: rcode,
    Protocol: 'UDP',
  };
}

/** "TestDNSAnswer": of a client the first bits are told, 24 unless EDNS0ClientSubnetMask says how many. */
function clientOf({ EDNS0ClientSubnetIP: ip, EDNS0ClientSubnetMask: mask, ResolverIP }: TestDNSAnswerCommandInput) {
  if (ip === undefined) return ResolverIP;
  const bits = Number(mask ?? 24);
  if (!Number.isInteger(bits) || bits < 0 || bits > (isIPv4(ip) ? 32 : 128))
    throw invalidInput(`EDNS0ClientSubnetMask ${mask} is not a number of bits of the address.`);
  return isIPv4(ip) ? toAddress(rangeOf(`${ip}/${bits}`).first) : ip;
}

/** An answer's data as text: what `answerOf` reads. */
function presented(answer: Answer): string {
  switch (answer.type) {
    case 'MX':
      return `${answer.data.preference} ${answer.data.exchange}.`;
    case 'SRV':
      return `${answer.data.priority} ${answer.data.weight} ${answer.data.port} ${answer.data.target}.`;
    case 'CAA':
      return `${answer.data.flags} ${answer.data.tag} "${answer.data.value}"`;
    case 'TXT':
      return [answer.data]
        .flat()
        .map((text) => `"${text}"`)
        .join(' ');
    case 'A':
    case 'AAAA':
      return answer.data;
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return `${answer.data}.`;
    case 'SOA': {
      const { mname, rname, serial, refresh, retry, expire, minimum } = answer.data;
      return `${mname}. ${rname}. ${serial} ${refresh} ${retry} ${expire} ${minimum}`;
    }
    default:
      return JSON.stringify('data' in answer ? answer.data : undefined);
  }
}

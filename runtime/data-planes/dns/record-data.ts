import { isIPv4, isIPv6 } from 'node:net';
import type { Answer } from 'dns-packet';
import { lookupTable } from '../../kernel/lookup-table.ts';

/** A value in presentation format that its record type does not allow; `problem` is in Route 53's words. */
export class BadRecordData extends Error {
  readonly problem: string;

  constructor(problem: string, value: string) {
    super(`FATAL problem: ${problem} encountered with '${value}'`);
    this.problem = problem;
  }
}

/** Record types of Route 53 that are run ("Supported DNS record types", Developer Guide). */
export const recordTypes = Object.freeze([
  ...['A', 'AAAA', 'CAA', 'CNAME', 'DS', 'MX', 'NAPTR', 'NS', 'PTR', 'SOA', 'SPF', 'SRV', 'SSHFP', 'TLSA', 'TXT'],
]);

/** One answer record of a value; throws BadRecordData. */
export function answerOf(name: string, set: { type: string; ttl: number }, value: string): Answer {
  const read = readers[set.type];
  if (!read) throw new Error(`record type ${set.type} is not known`);
  const owner = name === '.' ? '.' : name.slice(0, -1);
  return { name: owner, type: set.type, ttl: set.ttl, class: 'IN', data: read(value) } as Answer;
}

const readers: Readonly<Record<string, (value: string) => unknown>> = lookupTable({
  A: (value) => checked(value, isIPv4(value), 'ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)'),
  AAAA: (value) => checked(value, isIPv6(value), 'AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)'),
  CNAME: domainName,
  NS: domainName,
  PTR: domainName,
  TXT: characterStrings,
  // RFC 7208 §3.1 gives it up for TXT, whose wire form it has.
  SPF: (value) => Buffer.concat(characterStrings(value).flatMap((text) => [Buffer.from([text.length]), text])),
  MX(value) {
    const [preference = '', exchange = ''] = fields(value, 2, "MXRRDATANotTwoFields (MX record doesn't have 2 fields)");
    return { preference: numberIn(preference, 65_535, value), exchange: domainName(exchange) };
  },
  SRV(value) {
    const [priority = '', weight = '', port = '', target = ''] = fields(
      value,
      4,
      "SRVRRDATANotFourFields (SRV record doesn't have 4 fields)",
    );
    const number = (text: string) => numberIn(text, 65_535, value);
    return { priority: number(priority), weight: number(weight), port: number(port), target: domainName(target) };
  },
  CAA(value) {
    const match = /^(\d+)\s+([a-zA-Z0-9]+)\s+("?)([^"]*)\3$/.exec(value);
    if (!match) throw new BadRecordData("CAARRDATANotThreeFields (CAA record doesn't have 3 fields)", value);
    return { flags: numberIn(match[1] ?? '', 255, value), tag: match[2], value: match[4] };
  },
  SOA(value) {
    const [mname = '', rname = '', ...numbers] = fields(
      value,
      7,
      "SOARRDATANotSevenFields (SOA record doesn't have 7 fields)",
    );
    const [serial, refresh, retry, expire, minimum] = numbers.map((text) => numberIn(text, 2 ** 32 - 1, value));
    return { mname: domainName(mname), rname: domainName(rname), serial, refresh, retry, expire, minimum };
  },
  NAPTR(value) {
    const match = /^(\d+)\s+(\d+)\s+"([^"]*)"\s+"([^"]*)"\s+"([^"]*)"\s+(\S+)$/.exec(value);
    if (!match) throw new BadRecordData("NAPTRRRDATANotSixFields (NAPTR record doesn't have 6 fields)", value);
    const [, order = '', preference = '', flags, services, regexp, replacement = ''] = match;
    const number = (text: string) => numberIn(text, 65_535, value);
    const rest = { flags, services, regexp, replacement: replacement === '.' ? '.' : domainName(replacement) };
    return { order: number(order), preference: number(preference), ...rest };
  },
  DS(value) {
    const [keyTag = '', algorithm = '', digestType = '', digest = ''] = fields(value, 4, 'DS record needs 4 fields');
    const number = (text: string, most: number) => numberIn(text, most, value);
    return {
      keyTag: number(keyTag, 65_535),
      algorithm: number(algorithm, 255),
      digestType: number(digestType, 255),
      digest: hexadecimal(digest, value),
    };
  },
  SSHFP(value) {
    const [algorithm = '', hash = '', fingerprint = ''] = fields(value, 3, 'SSHFP record needs 3 fields');
    hexadecimal(fingerprint, value);
    return { algorithm: numberIn(algorithm, 255, value), hash: numberIn(hash, 255, value), fingerprint };
  },
  TLSA(value) {
    const [usage = '', selector = '', matchingType = '', certificate = ''] = fields(
      value,
      4,
      'TLSA record needs 4 fields',
    );
    const number = (text: string) => numberIn(text, 255, value);
    return {
      usage: number(usage),
      selector: number(selector),
      matchingType: number(matchingType),
      certificate: hexadecimal(certificate, value),
    };
  },
});

function checked(value: string, good: boolean, problem: string): string {
  if (!good) throw new BadRecordData(problem, value);
  return value;
}

/** dns-packet takes names without the final dot. */
function domainName(value: string): string {
  const name = value.replace(/\.$/, '');
  const labels = name.split('.');
  const good = value === '.' || (name.length <= 253 && labels.every((label) => /^[!-~]{1,63}$/.test(label)));
  if (!good) throw new BadRecordData('DomainNameInvalid (Value is not a valid domain name)', value);
  return value === '.' ? '.' : name;
}

function fields(value: string, count: number, problem: string): string[] {
  const found = value.trim().split(/\s+/);
  if (found.length !== count) throw new BadRecordData(problem, value);
  return found;
}

function numberIn(text: string, most: number, value: string): number {
  if (!/^\d+$/.test(text) || Number(text) > most)
    throw new BadRecordData(`InvalidNumber (Value is not a number from 0 to ${most})`, value);
  return Number(text);
}

function hexadecimal(text: string, value: string): Buffer {
  if (!/^([0-9a-fA-F]{2})+$/.test(text)) throw new BadRecordData('InvalidHex (Value is not hexadecimal)', value);
  return Buffer.from(text, 'hex');
}

/** An escape has one reading, so that a quote without its end is not looked for in every combination of readings. */
const quoted = /"((?:[^"\\]|\\(?:[0-7]{3}|(?![0-7]{3}).))*)"/g;

/** Quoted strings of up to 255 characters, with `\"`, `\\` and octal escapes ("TXT record type", Developer Guide). */
function characterStrings(value: string): Buffer[] {
  const strings = [...value.matchAll(quoted)];
  const between = value.replaceAll(quoted, '');
  if (strings.length === 0 || between.trim() !== '')
    throw new BadRecordData('InvalidCharacterString (Value should be enclosed in quotation marks)', value);
  return strings.map(([, text = '']) => {
    const plain = text.replaceAll(/\\([0-7]{3}|.)/g, (_, escaped: string) =>
      escaped.length === 3 ? String.fromCharCode(Number.parseInt(escaped, 8)) : escaped,
    );
    const bytes = Buffer.from(plain, 'latin1');
    if (bytes.length > 255) throw new BadRecordData('CharacterStringTooLong (Value is too long)', value);
    return bytes;
  });
}

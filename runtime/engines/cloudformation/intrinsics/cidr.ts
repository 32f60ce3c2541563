import { isIPv4, isIPv6 } from 'node:net';
import { TemplateError } from '../template/template.ts';
import type { Call } from './functions.ts';
import { asText, isUnknown, unknownValue } from './scope.ts';

/** "Fn::Cidr": `count` (1 to 256) blocks with `cidrBits` host bits each, from the start of the block. */
export function cidr(argument: unknown, call: Call): unknown {
  const wrong = (sentence: string) => new TemplateError(`Template error: ${sentence}`, { path: call.path });
  if (!Array.isArray(argument) || argument.length < 2 || argument.length > 3) {
    throw wrong(
      'every Fn::Cidr object requires two parameters, (1) an ip block, (2) a count of subnets and an optional (3) cidrBits',
    );
  }
  const [block, rawCount, rawBits] = argument.map((part, index) => call.evaluate(part, index));
  if ([block, rawCount, rawBits].some(isUnknown)) return unknownValue;
  const [address = '', prefixText = ''] = asText(block).split('/');
  const width = isIPv4(address) ? 32 : isIPv6(address) ? 128 : 0;
  const prefix = Number(prefixText);
  const count = Number(rawCount);
  const bits = rawBits === undefined ? (width === 32 ? 8 : 64) : Number(rawBits);
  if (width === 0 || !/^\d+$/.test(prefixText) || prefix > width)
    throw wrong(`Fn::Cidr: ${asText(block)} is not a valid CIDR block`);
  if (!Number.isInteger(count) || count < 1 || count > 256) throw wrong('Fn::Cidr: count must be between 1 and 256');
  if (!Number.isInteger(bits) || bits < 1 || bits > width)
    throw wrong(`Fn::Cidr: cidrBits must be between 1 and ${width}`);
  const size = 1n << BigInt(bits);
  const room = 1n << BigInt(width - prefix);
  if (size * BigInt(count) > room)
    throw wrong(`Fn::Cidr: ${asText(block)} has no room for ${count} blocks of ${bits} bits`);
  const start = (toNumber(address, width) >> BigInt(width - prefix)) << BigInt(width - prefix);
  return Array.from(
    { length: count },
    (_, index) => `${toAddress(start + size * BigInt(index), width)}/${width - bits}`,
  );
}

function toNumber(address: string, width: number): bigint {
  if (width === 32) return address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle = new Array<string>(tail === undefined ? 0 : 8 - left.length - right.length).fill('0');
  return [...left, ...middle, ...right].reduce((sum, part) => sum * 65536n + BigInt(`0x${part}`), 0n);
}

function toAddress(value: bigint, width: number): string {
  if (width === 32) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');
  const parts = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 65535n).toString(16));
  return shorten(parts);
}

/** The longest run of zeros becomes `::` (RFC 5952). */
function shorten(parts: string[]): string {
  const [run] = parts
    .map((_, index) => {
      let length = 0;
      while (parts[index + length] === '0') length += 1;
      return { index, length };
    })
    .sort((a, b) => b.length - a.length || a.index - b.index);
  if (!run || run.length < 2) return parts.join(':');
  return `${parts.slice(0, run.index).join(':')}::${parts.slice(run.index + run.length).join(':')}`;
}

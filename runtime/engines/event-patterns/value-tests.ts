import { BlockList, isIP } from 'node:net';
import { InvalidEventPattern } from './invalid-event-pattern.ts';

/** What stands at the end of a path: text, number, boolean or null. */
export type Scalar = string | number | boolean | null;
export type ValueTest = (value: Scalar) => boolean;

export function onText(test: (text: string) => boolean): ValueTest {
  return (value) => typeof value === 'string' && test(value);
}

export function anyOf(tests: ValueTest[]): ValueTest {
  return (value) => tests.some((test) => test(value));
}

export function not(test: ValueTest): ValueTest {
  return (value) => !test(value);
}

export function equalsIgnoringCase(expected: string): ValueTest {
  const lower = expected.toLowerCase();
  return onText((text) => text.toLowerCase() === lower);
}

/**
 * `*` stands for any characters, `\*` for an asterisk and `\\` for a backslash. The text between asterisks is looked for
 * from left to right, which is enough and takes time in proportion to the value.
 */
export function wildcard(pattern: string): ValueTest {
  const [first = '', ...others] = literalsOf(pattern);
  const last = others.pop();
  if (last === undefined) return onText((text) => text === first);
  return onText((text) => {
    if (!text.startsWith(first)) return false;
    let at = first.length;
    for (const part of others) {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return text.length - last.length >= at && text.endsWith(last);
  });
}

/** Positions count the opening quote, as AWS's do. */
function literalsOf(pattern: string): string[] {
  const parts = [''];
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] ?? '';
    if (character === '\\') {
      const escaped = pattern[at + 1];
      if (escaped !== '*' && escaped !== '\\')
        throw new InvalidEventPattern(`Invalid escape character at pos ${at + 1}`);
      parts[parts.length - 1] += escaped;
      at += 1;
    } else if (character === '*') {
      if (pattern[at + 1] === '*') throw new InvalidEventPattern(`Consecutive wildcard characters at pos ${at + 1}`);
      parts.push('');
    } else parts[parts.length - 1] += character;
  }
  return parts;
}

export function cidr(text: string): ValueTest {
  const [address = '', bits = '', ...more] = text.split('/');
  if (bits === '' || more.length > 0) throw new InvalidEventPattern("Malformed CIDR, one '/' required");
  if (!/^-?\d+$/.test(bits)) throw new InvalidEventPattern('Malformed CIDR, mask bits must be an integer');
  const version = isIP(address);
  if (version === 0) throw new InvalidEventPattern(`Malformed IP address: ${address}`);
  const width = Number(bits);
  if (width < 0) throw new InvalidEventPattern('Malformed CIDR, mask bits must not be negative');
  if (width > (version === 4 ? 32 : 128))
    throw new InvalidEventPattern(`IPv${version} mask bits must be < ${version === 4 ? 32 : 128}`);
  const block = new BlockList();
  block.addSubnet(address, width, version === 4 ? 'ipv4' : 'ipv6');
  return onText((value) => isIP(value) === version && block.check(value, version === 4 ? 'ipv4' : 'ipv6'));
}

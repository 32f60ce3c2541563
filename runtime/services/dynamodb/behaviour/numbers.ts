import { validation } from '../errors.ts';

/** A DynamoDB number: up to 38 significant digits, magnitude 1E-130 to 9.99…E+125 ("Data types"). value = ±0.digits × 10^exponent. */
export interface Decimal {
  negative: boolean;
  /** Without leading or trailing zeros; empty for zero. */
  digits: string;
  exponent: number;
}

const plainInteger = /^(?:0|-?[1-9]\d{0,36})$/;

function parseNumber(text: string): Decimal {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text.trim());
  const [, sign = '', whole = '', fraction = '', power = '0'] = match ?? [];
  if (text === '') throw validation('The parameter cannot be converted to a numeric value');
  if (!match || whole + fraction === '') {
    throw validation(`The parameter cannot be converted to a numeric value: ${text}`);
  }
  const all = whole + fraction;
  const leading = /^0*/.exec(all)?.[0].length ?? 0;
  const digits = withoutLastZeros(all.slice(leading));
  if (digits === '') return { negative: false, digits: '', exponent: 0 };
  const exponent = whole.length - leading + Number(power);
  if (exponent > 126) {
    throw validation('Number overflow. Attempting to store a number with magnitude larger than supported range');
  }
  if (exponent < -129) {
    throw validation('Number underflow. Attempting to store a number with magnitude smaller than supported range');
  }
  if (digits.length > 38) throw validation('Attempting to store more than 38 significant digits in a Number');
  return { negative: sign === '-', digits, exponent };
}

/** Without an exponent, as DynamoDB answers. */
export function formatNumber({ negative, digits, exponent }: Decimal): string {
  if (digits === '') return '0';
  const sign = negative ? '-' : '';
  if (exponent <= 0) return `${sign}0.${'0'.repeat(-exponent)}${digits}`;
  if (exponent >= digits.length) return `${sign}${digits}${'0'.repeat(exponent - digits.length)}`;
  return `${sign}${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
}

export function normalizeNumber(text: string): string {
  return plainInteger.test(text) ? text : formatNumber(parseNumber(text));
}

export function compareNumbers(a: string, b: string): number {
  if (a.length < 16 && b.length < 16 && plainInteger.test(a) && plainInteger.test(b))
    return Math.sign(Number(a) - Number(b));
  return Buffer.compare(encodeNumber(a), encodeNumber(b));
}

/** Exact: the result must again fit into 38 digits. */
export function addNumbers(a: string, b: string, sign: 1 | -1 = 1): string {
  const left = parseNumber(a);
  const right = parseNumber(b);
  const lowest = Math.min(left.exponent - left.digits.length, right.exponent - right.digits.length);
  const total = scaled(left, lowest) + BigInt(sign) * scaled(right, lowest);
  return normalizeNumber(`${total}E${lowest}`);
}

function scaled({ negative, digits, exponent }: Decimal, lowest: number): bigint {
  if (digits === '') return 0n;
  const value = BigInt(digits) * 10n ** BigInt(exponent - digits.length - lowest);
  return negative ? -value : value;
}

/** One byte for two digits, one more, and one for a sign ("DynamoDB item sizes and formats"). */
export function sizeOfNumber(text: string): number {
  const digits = withoutLastZeros(text.replace(/^-?[0.]*|\./g, ''));
  return Math.ceil(digits.length / 2) + 1 + (text.startsWith('-') ? 1 : 0);
}

/** Bytes that sort as the numbers do: sign, biased exponent, digits; everything but the sign inverted when negative. */
export function encodeNumber(text: string): Buffer {
  const { negative, digits, exponent } = parseNumber(text);
  if (digits === '') return Buffer.from([1]);
  const bytes = Buffer.alloc(3 + digits.length + 1);
  bytes.writeUInt16BE(exponent + 1000, 1);
  for (let index = 0; index < digits.length; index += 1) bytes[3 + index] = digits.charCodeAt(index) - 47;
  if (negative) for (let index = 1; index < bytes.length; index += 1) bytes[index] = 255 - (bytes[index] ?? 0);
  bytes[0] = negative ? 0 : 2;
  return bytes;
}

function withoutLastZeros(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  return digits.slice(0, end);
}

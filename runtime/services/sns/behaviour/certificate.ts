import { type KeyObject, sign } from 'node:crypto';

/**
 * A self-signed X.509 certificate (RFC 5280) for an RSA key, as PEM: version 1, which has no extensions, with one name
 * for subject and issuer. Written out here because it is seven fields, and a certificate library brings a
 * dependency-injection framework.
 */
export function selfSigned(
  keys: { privateKey: KeyObject; publicKey: KeyObject },
  about: { commonName: string; serialNumber: string; notBefore: Date; notAfter: Date },
): string {
  const name = sequence(set(sequence(commonName, tagged(0x0c, Buffer.from(about.commonName)))));
  const toBeSigned = sequence(
    integer(Buffer.from(about.serialNumber, 'hex')),
    sha256WithRsa,
    name,
    sequence(time(about.notBefore), time(about.notAfter)),
    name,
    keys.publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', toBeSigned, keys.privateKey);
  const certificate = sequence(toBeSigned, sha256WithRsa, tagged(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function set(part: Buffer): Buffer {
  return tagged(0x31, part);
}

/** Positive: a leading zero where the first bit is set. */
function integer(bytes: Buffer): Buffer {
  return tagged(0x02, (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

/** GeneralizedTime from 2050 on, UTCTime before ("4.1.2.5. Validity"). */
function time(date: Date): Buffer {
  const digits = `${date.toISOString().replace(/[-:T]|\.\d+Z$/g, '')}Z`;
  return date.getUTCFullYear() >= 2050 ? tagged(0x18, Buffer.from(digits)) : tagged(0x17, Buffer.from(digits.slice(2)));
}

/** Object identifiers 2.5.4.3, and 1.2.840.113549.1.1.11 with no parameters. */
const commonName = tagged(0x06, Buffer.from('550403', 'hex'));
const sha256WithRsa = sequence(tagged(0x06, Buffer.from('2a864886f70d01010b', 'hex')), tagged(0x05, Buffer.alloc(0)));

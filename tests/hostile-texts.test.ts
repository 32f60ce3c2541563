import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import { answerOf } from '../runtime/data-planes/dns/record-data.ts';
import { readRawHead } from '../runtime/data-planes/http/framing/raw-head.ts';
import { compilePolicy } from '../runtime/engines/iam/policy.ts';
import { withDkimSignature } from '../runtime/engines/ses/dkim-signature.ts';
import { render } from '../runtime/engines/ses/render.ts';
import { parseAlarmRule } from '../runtime/services/cloudwatch/behaviour/alarm-rule.ts';
import { statisticNamed } from '../runtime/services/cloudwatch/behaviour/statistics.ts';
import { normalizeNumber } from '../runtime/services/dynamodb/behaviour/numbers.ts';
import { normalised } from '../runtime/services/route53/behaviour/record-rules.ts';

const times = (text: string, count: number): string => text.repeat(count);
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** Texts that a regular expression of the usual kind reads in every combination, or once from each of its characters. */
const hostile: [what: string, read: () => unknown][] = [
  ['a domain name of nothing but dots', () => normalised({ Name: `${times('.', 60)}\0`, Type: 'A' })],
  [
    'a TXT record of escapes, without its last quote',
    () => answerOf('a.', { type: 'TXT', ttl: 1 }, `"${times('\\000', 300)}`),
  ],
  ['a header of blanks', () => readRawHead(`GET / HTTP/1.1\r\nA: b${times('\t', 400_000)}c`)],
  ['an alarm rule of blanks', () => parseAlarmRule(times('\n', 400_000))],
  ['a number of blanks', () => normalizeNumber(`${times(' ', 400_000)}x`)],
  ['a number with zeros inside', () => normalizeNumber(`1${times('0', 400_000)}1`)],
  ['a statistic of zeros', () => statisticNamed(`TM(${times('0', 5000)}:${times('0', 5000)}`)],
  ['a template of comments without end', () => render(times('{{!--', 200_000), {})],
  ['a template path of brackets', () => render(`{{a.${times('[', 400_000)}}}`, {})],
  [
    'a partition that is none',
    () =>
      compilePolicy(
        JSON.stringify({
          Version: '2012-10-17',
          Statement: { Effect: 'Allow', Action: '*', Resource: `arn:${times('$', 400_000)}\n:s3:::b` },
        }),
        'identity',
      ),
  ],
  [
    'a mail of empty lines',
    () => withDkimSignature(Buffer.from(`From: a@b.example\r\n\r\n${times('\r\n', 400_000)}.`), signer, 0),
  ],
];
const signer = {
  domain: 'b.example',
  selector: 's',
  privateKey: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
};

describe('no text holds the runtime', () => {
  for (const [what, read] of hostile)
    test(what, () => {
      const from = performance.now();
      try {
        read();
      } catch (error) {
        assert(!(error instanceof RangeError), 'the stack overflows');
      }
      assert(performance.now() - from < 10_000, 'it is read again and again');
    });
});

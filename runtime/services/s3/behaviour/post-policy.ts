import { createHmac, timingSafeEqual } from 'node:crypto';
import { defaultAccount } from '../../../kernel/arn.ts';
import { authorization, hasExpired } from '../../../kernel/authorizer.ts';
import { type Principal, rootOf } from '../../../kernel/principal.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { s3Error } from '../errors.ts';

interface PostPolicy {
  expiration?: string;
  conditions?: (Record<string, string> | [string, string | number, string | number])[];
}

export interface SignedForm {
  principal: Principal;
  /** Bytes that the file may have. */
  size: { least: number; most: number } | undefined;
}

/** Who signed the form ("Authenticating requests in browser-based uploads using POST"); an unsigned one is anonymous. */
export function checkForm(kernel: Kernel, bucket: string, fields: Map<string, string>): SignedForm {
  const text = fields.get('policy');
  if (text === undefined) return { principal: { kind: 'anonymous' }, size: undefined };
  const old = fields.has('awsaccesskeyid') && fields.has('signature');
  if (!old && fields.get('x-amz-algorithm') !== 'AWS4-HMAC-SHA256')
    throw s3Error(
      'InvalidArgument',
      { ArgumentName: 'x-amz-algorithm' },
      "Only AWS4-HMAC-SHA256 is supported in the field 'x-amz-algorithm'",
    );
  const principal = signer(kernel, text, fields);
  const policy = parse(text);
  checkExpiration(kernel, policy, fields.get('x-amz-date') ?? '');
  return { principal, size: checkConditions(policy, new Map([...fields, ['bucket', bucket]])) };
}

/** As for any request: keys that Orrery issued are held to their signature, unknown ones are root. */
function signer(kernel: Kernel, policy: string, fields: Map<string, string>): Principal {
  const older = fields.get('awsaccesskeyid');
  const accessKeyId = signingKey(fields);
  const [, date = '', region = '', service = ''] = (fields.get('x-amz-credential') ?? '').split('/');
  const issued = kernel.engine(authorization).current?.credentials(accessKeyId);
  if (!issued) return rootOf(/^\d{12}$/.test(accessKeyId) ? accessKeyId : defaultAccount);
  if (issued.sessionToken !== undefined && issued.sessionToken !== fields.get('x-amz-security-token')) {
    throw s3Error('InvalidToken', {}, 'The provided token is malformed or otherwise invalid.');
  }
  if (hasExpired(kernel.clock, issued)) throw s3Error('ExpiredToken', {}, 'The provided token has expired.');
  const sign = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();
  const key = sign(sign(sign(sign(`AWS4${issued.secretAccessKey}`, date), region), service), 'aws4_request');
  // boto3's generate_presigned_post signs in the older way unless configured otherwise, which S3 still takes.
  const expected =
    older === undefined ? sign(key, policy) : createHmac('sha1', issued.secretAccessKey).update(policy).digest();
  const given =
    older === undefined
      ? Buffer.from(fields.get('x-amz-signature') ?? '', 'hex')
      : Buffer.from(fields.get('signature') ?? '', 'base64');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw s3Error('SignatureDoesNotMatch');
  return issued.principal;
}

export function signingKey(fields: Map<string, string>): string {
  return fields.get('awsaccesskeyid') ?? (fields.get('x-amz-credential') ?? '').split('/')[0] ?? '';
}

/** Whether it is a key that a signature is verified by, and not one that is taken for root. */
export function isIssued(kernel: Kernel, accessKeyId: string): boolean {
  return kernel.engine(authorization).current?.credentials(accessKeyId) !== undefined;
}

function parse(text: string): PostPolicy {
  try {
    return JSON.parse(Buffer.from(text, 'base64').toString()) as PostPolicy;
  } catch {
    throw s3Error('InvalidPolicyDocument', {}, 'Invalid Policy: Invalid JSON.');
  }
}

/** What the policy gives as a date is taken as a time after it was signed: the clock may have been wound since. */
function checkExpiration(kernel: Kernel, policy: PostPolicy, signedAt: string): void {
  const expiresMs = Date.parse(policy.expiration ?? '');
  if (Number.isNaN(expiresMs))
    throw s3Error('InvalidPolicyDocument', {}, 'Invalid Policy: Policy is missing expiration.');
  const signedMs = Date.parse(signedAt.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  const start = Number.isNaN(signedMs) ? expiresMs : signedMs;
  if (kernel.clock.now() > kernel.clock.interpret(start) + expiresMs - start)
    throw s3Error('AccessDenied', {}, 'Invalid according to Policy: Policy expired.');
}

function checkConditions(policy: PostPolicy, fields: Map<string, string>): SignedForm['size'] {
  let size: SignedForm['size'];
  const named = new Set(free);
  for (const condition of policy.conditions ?? []) {
    if (Array.isArray(condition) && String(condition[0]).toLowerCase() === 'content-length-range') {
      size = { least: Number(condition[1]), most: Number(condition[2]) };
      continue;
    }
    const tests = Array.isArray(condition)
      ? [[String(condition[0]), String(condition[1]).replace(/^\$/, ''), String(condition[2])]]
      : Object.entries(condition).map(([name, value]) => ['eq', name, String(value)]);
    for (const [operator = '', name = '', value = ''] of tests) {
      const field = name.toLowerCase();
      named.add(field);
      const actual = fields.get(field) ?? '';
      const holds = operator === 'starts-with' ? startsWith(field, actual, value) : actual === value;
      if (!holds)
        throw s3Error(
          'AccessDenied',
          {},
          `Invalid according to Policy: Policy Condition failed: ["${operator}", "$${name}", "${value}"]`,
        );
    }
  }
  const extra = [...fields.keys()].find((field) => !named.has(field) && !field.startsWith('x-ignore-'));
  if (extra !== undefined)
    throw s3Error('AccessDenied', {}, `Invalid according to Policy: Extra input fields: ${extra}`);
  return size;
}

/** Content-Type may be a list, each of which must begin so. */
function startsWith(field: string, actual: string, value: string): boolean {
  if (field !== 'content-type') return actual.startsWith(value);
  return actual.split(',').every((one) => one.trim().startsWith(value));
}

/** Fields that need no condition ("POST policy", conditions). */
const free = [
  'policy',
  'x-amz-signature',
  'signature',
  'awsaccesskeyid',
  'file',
  'bucket',
  'submit',
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-security-token',
];

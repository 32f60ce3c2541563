import { createHmac, timingSafeEqual } from 'node:crypto';
import { authorization } from '../../../kernel/authorizer.ts';
import { defaultAccount } from '../../../kernel/arn.ts';
import { type Principal, rootOf } from '../../../kernel/principal.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { s3Error } from '../errors.ts';

export interface PostPermit {
  principal: Principal;
  /** Of the file, in bytes. */
  length: { least: number; most: number };
}

/**
 * Who signed a form and whether it keeps to its policy ("Creating a POST policy", Amazon S3 API Reference). A form
 * without a policy is anonymous. As everywhere here, keys that Orrery did not issue are the account's root.
 */
export function checkPostPolicy(kernel: Kernel, fields: Map<string, string>): PostPermit {
  const policy = fields.get('policy');
  const anyLength = { least: 0, most: 5 * 1024 ** 3 };
  if (policy === undefined) {
    if (fields.has('x-amz-signature') || fields.has('signature')) throw missing('policy');
    return { principal: { kind: 'anonymous' }, length: anyLength };
  }
  const principal = signerOf(kernel, fields, policy);
  const { expiration, conditions } = readPolicy(policy);
  if (expiration <= kernel.clock.interpret(kernel.clock.now())) throw invalid('Policy expired.');
  const covered = new Set<string>();
  let length = anyLength;
  for (const condition of conditions) {
    const { operator, name, value } = conditionOf(condition);
    if (operator === 'content-length-range') {
      length = { least: Number(name), most: Number(value) };
      continue;
    }
    covered.add(name);
    const given = fields.get(name) ?? '';
    const holds = operator === 'eq' ? given === value : value === '' || given.split(name === 'content-type' ? ',' : '\0').every((one) => one.trim().startsWith(value));
    if (!holds) throw invalid(`Policy Condition failed: ${JSON.stringify(condition)}`);
  }
  const extra = [...fields.keys()].filter((name) => !covered.has(name) && !exempt.test(name));
  if (extra.length > 0) throw invalid(`Extra input fields: ${extra.join(', ')}`);
  return { principal, length };
}

/** Fields no condition need name. */
const exempt = /^(policy|x-amz-signature|signature|awsaccesskeyid|file|x-ignore-.*|bucket)$/;

function signerOf(kernel: Kernel, fields: Map<string, string>, policy: string): Principal {
  const [key = '', date = '', region = '', service = '', end = ''] = (fields.get('x-amz-credential') ?? '').split('/');
  for (const name of ['x-amz-algorithm', 'x-amz-credential', 'x-amz-signature', 'x-amz-date']) if (!fields.has(name)) throw missing(name);
  if (fields.get('x-amz-algorithm') !== 'AWS4-HMAC-SHA256' || service !== 's3' || end !== 'aws4_request') {
    throw s3Error('InvalidArgument', { ArgumentName: 'X-Amz-Credential' }, 'The form must be signed with AWS4-HMAC-SHA256 in a scope of s3.');
  }
  const issued = kernel.engine(authorization).current?.credentials(key);
  if (!issued) return rootOf(/^\d{12}$/.test(key) ? key : defaultAccount);
  if (issued.sessionToken !== undefined && fields.get('x-amz-security-token') !== issued.sessionToken) {
    throw s3Error('InvalidToken', {}, 'The provided token is malformed or otherwise invalid.');
  }
  if (issued.expiresMs !== undefined && kernel.clock.now() >= issued.expiresMs) throw s3Error('ExpiredToken', {}, 'The provided token has expired.');
  const hmac = (secret: string | Buffer, text: string): Buffer => createHmac('sha256', secret).update(text).digest();
  const signingKey = [region, service, end].reduce(hmac, hmac(`AWS4${issued.secretAccessKey}`, date));
  const given = Buffer.from(fields.get('x-amz-signature') ?? '', 'hex');
  const expected = hmac(signingKey, policy);
  if (given.length === expected.length && timingSafeEqual(given, expected)) return issued.principal;
  throw s3Error('SignatureDoesNotMatch', {}, 'The request signature we calculated does not match the signature you provided. Check your key and signing method.');
}

function readPolicy(text: string): { expiration: number; conditions: unknown[] } {
  let policy: { expiration?: unknown; conditions?: unknown };
  try {
    policy = JSON.parse(Buffer.from(text, 'base64').toString('utf8')) as typeof policy;
  } catch {
    throw s3Error('InvalidPolicyDocument', {}, 'Invalid Policy: Invalid JSON.');
  }
  const expiration = Date.parse(String(policy.expiration));
  if (Number.isNaN(expiration)) throw s3Error('InvalidPolicyDocument', {}, "Invalid Policy: Invalid 'expiration' value");
  if (!Array.isArray(policy.conditions)) throw s3Error('InvalidPolicyDocument', {}, "Invalid Policy: Policy missing conditions.");
  return { expiration, conditions: policy.conditions };
}

/** `{"bucket": "b"}`, `["eq", "$key", "k"]`, `["starts-with", "$key", ""]` or `["content-length-range", 1, 10]`. */
function conditionOf(condition: unknown): { operator: string; name: string; value: string } {
  if (Array.isArray(condition) && condition.length === 3) {
    const [operator, name, value] = condition.map(String) as [string, string, string];
    const known = operator.toLowerCase();
    if (known === 'content-length-range') return { operator: known, name, value };
    if ((known === 'eq' || known === 'starts-with') && name.startsWith('$')) return { operator: known, name: name.slice(1).toLowerCase(), value };
  } else if (typeof condition === 'object' && condition !== null) {
    const [entry, ...more] = Object.entries(condition);
    if (entry && more.length === 0) return { operator: 'eq', name: entry[0].toLowerCase(), value: String(entry[1]) };
  }
  throw s3Error('InvalidPolicyDocument', {}, 'Invalid Policy: Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.');
}

function missing(name: string): Error {
  return s3Error('InvalidArgument', { ArgumentName: name }, `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`);
}

function invalid(why: string): Error {
  return s3Error('AccessDenied', {}, `Invalid according to Policy: ${why}`);
}

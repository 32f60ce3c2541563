import { createVerify } from 'node:crypto';
import { wildcard } from '../../../engines/patterns/wildcards.ts';
import { awsName } from '../../http/hosts.ts';
import type { Served } from '../serve.ts';
import type { Visit } from '../visit.ts';
import { accessDeniedXml } from './generated-page.ts';

/**
 * Signed URLs and signed cookies for behaviours with trusted key groups ("Serve private content with signed URLs and
 * signed cookies"). Undefined lets the request on, with the signature's parameters taken out of the query.
 */
export function privateContent(nowMs: number, visit: Visit): Served | undefined {
  const { behaviour, viewer } = visit;
  if (!behaviour.trustedKeys) return undefined;
  const parameters = queryParameters(viewer.query);
  const token = fromQuery(parameters) ?? fromCookies(viewer.headers.cookie ?? '');
  const rest = parameters.filter(([name]) => !signatureParameters.has(name));
  visit.viewer = { ...viewer, query: rest.map(([, pair]) => pair).join('&') };
  if (!token.keyPairId) return denied('MissingKey', 'Missing Key-Pair-Id query parameter or cookie value');
  const key = behaviour.trustedKeys[token.keyPairId];
  if (key === undefined) return denied('InvalidKey', 'Unknown Key');
  if (!token.signature || (!token.policy && !token.expires)) return accessDenied();
  const resources = resourcesOf(visit);
  const policies = token.policy
    ? [decoded(token.policy).toString()]
    : resources.map((url) => canned(url, token.expires ?? ''));
  const policy = policies.find((text) => verified(text, token, key));
  if (policy === undefined) return accessDenied();
  const statement = statementOf(policy);
  if (statement === undefined) return denied('MalformedPolicy', 'Malformed Policy');
  return holds(statement, { nowMs, ip: viewer.raw.client.ip, resources }) ? undefined : accessDenied();
}

interface Token {
  keyPairId: string | undefined;
  signature: string | undefined;
  policy: string | undefined;
  expires: string | undefined;
  hash: string | undefined;
}

const signatureParameters = new Set(['Expires', 'Policy', 'Signature', 'Key-Pair-Id', 'Hash-Algorithm']);

/** Name and the whole pair as sent. */
function queryParameters(query: string): [string, string][] {
  if (query === '') return [];
  return query.split('&').map((pair) => [pair.split('=', 1)[0] ?? '', pair]);
}

function fromQuery(parameters: [string, string][]): Token | undefined {
  const value = (name: string): string | undefined =>
    parameters.find(([one]) => one === name)?.[1].slice(name.length + 1);
  if (value('Key-Pair-Id') === undefined && value('Signature') === undefined) return undefined;
  return {
    keyPairId: value('Key-Pair-Id'),
    signature: value('Signature'),
    policy: value('Policy'),
    expires: value('Expires'),
    hash: value('Hash-Algorithm'),
  };
}

function fromCookies(cookie: string): Token {
  const value = (name: string): string | undefined =>
    new RegExp(`(?:^|;\\s*)CloudFront-${name}=([^;]*)`).exec(cookie)?.[1];
  return {
    keyPairId: value('Key-Pair-Id'),
    signature: value('Signature'),
    policy: value('Policy'),
    expires: value('Expires'),
    hash: value('Hash-Algorithm'),
  };
}

/** The URLs the signer may have meant: the name AWS knows and the one the viewer typed, each over either scheme. */
function resourcesOf(visit: Visit): string[] {
  const { path, query, raw, headers } = visit.viewer;
  const rest = query === '' ? path : `${path}?${query}`;
  const names = new Set([awsName(raw.host), visit.site.domainName, headers.host ?? raw.host]);
  return [...names].flatMap((name) => [`https://${name}${rest}`, `http://${name}${rest}`]);
}

/** A canned policy is what the signer signed, letter by letter ("Create a signature for a signed URL that uses a canned policy"). */
function canned(url: string, expires: string): string {
  return `{"Statement":[{"Resource":"${url}","Condition":{"DateLessThan":{"AWS:EpochTime":${expires}}}}]}`;
}

function verified(policy: string, token: Token, key: string): boolean {
  try {
    return createVerify(token.hash === 'SHA256' ? 'RSA-SHA256' : 'RSA-SHA1')
      .update(policy)
      .verify(key, decoded(token.signature ?? ''));
  } catch {
    return false;
  }
}

/** Base64 with the characters a URL cannot hold replaced as CloudFront defines. */
function decoded(text: string): Buffer {
  return Buffer.from(text.replaceAll('-', '+').replaceAll('_', '=').replaceAll('~', '/'), 'base64');
}

interface Statement {
  Resource?: string;
  Condition?: {
    DateLessThan?: { 'AWS:EpochTime'?: number };
    DateGreaterThan?: { 'AWS:EpochTime'?: number };
    IpAddress?: { 'AWS:SourceIp'?: string };
  };
}

function statementOf(policy: string): Statement | undefined {
  try {
    const parsed = JSON.parse(policy) as { Statement?: Statement[] };
    return Array.isArray(parsed.Statement) && parsed.Statement.length === 1 ? parsed.Statement[0] : undefined;
  } catch {
    return undefined;
  }
}

function holds(statement: Statement, request: { nowMs: number; ip: string; resources: string[] }): boolean {
  const { Condition: condition = {}, Resource: resource = '*' } = statement;
  const before = condition.DateLessThan?.['AWS:EpochTime'];
  const after = condition.DateGreaterThan?.['AWS:EpochTime'];
  if (before === undefined || request.nowMs >= before * 1000) return false;
  if (after !== undefined && request.nowMs < after * 1000) return false;
  const range = condition.IpAddress?.['AWS:SourceIp'];
  if (range !== undefined && !inRange(request.ip, range)) return false;
  const fits = wildcard(resource);
  return request.resources.some((url) => url === resource || fits(url));
}

/** IPv4 only, as in CloudFront's policies. */
function inRange(ip: string, range: string): boolean {
  const [base = '', bits = '32'] = range.split('/');
  const mask = bits === '0' ? 0 : (~0 << (32 - Number(bits))) >>> 0;
  return (numberOf(ip) & mask) === (numberOf(base) & mask);
}

function numberOf(ip: string): number {
  return ip.split('.').reduce((sum, part) => ((sum << 8) | Number(part)) >>> 0, 0);
}

function accessDenied(): Served {
  return denied('AccessDenied', 'Access denied');
}

function denied(code: string, message: string): Served {
  const page = accessDeniedXml(code, message);
  return { status: page.status, headers: page.headers, body: page.body as Buffer, outcome: 'Error' };
}

import type { Origin } from '@aws-sdk/client-cloudfront';
import type { Context } from '../../../kernel/service.ts';
import { invalidArgument, invalidOrigin, invalidOriginAccessControl, invalidOriginAccessIdentity } from '../errors.ts';
import { originAccessControls, originAccessIdentities } from '../state.ts';

/** "Origin" (API Reference) and "Origin settings" (Developer Guide). */
export function checkOrigin(ctx: Context, origin: Origin): void {
  const domain = origin.DomainName ?? '';
  if (!origin.Id) throw invalidArgument('The parameter Origin Id is required.');
  if (!/^[a-zA-Z0-9._-]+$/.test(domain) || domain.length > 253)
    throw invalidArgument('The parameter Origin DomainName is invalid.');
  const { S3OriginConfig: s3, CustomOriginConfig: custom, OriginPath: path = '' } = origin;
  if (Boolean(s3) === Boolean(custom))
    throw invalidOrigin('Exactly one of CustomOriginConfig, VpcOriginConfig and S3OriginConfig must be specified');
  if (s3 && !isS3Domain(domain))
    throw invalidArgument('The parameter Origin DomainName does not refer to a valid S3 bucket.');
  if (path !== '' && (!path.startsWith('/') || path.endsWith('/') || path.length > 255))
    throw invalidArgument('The parameter OriginPath must begin with a slash and must not end with one.');
  between('ConnectionAttempts', origin.ConnectionAttempts, 1, 3);
  between('ConnectionTimeout', origin.ConnectionTimeout, 1, 10);
  if (custom) {
    between('OriginReadTimeout', custom.OriginReadTimeout, 1, 120);
    between('OriginKeepaliveTimeout', custom.OriginKeepaliveTimeout, 1, 120);
    port('HTTPPort', custom.HTTPPort);
    port('HTTPSPort', custom.HTTPSPort);
    if (!['http-only', 'https-only', 'match-viewer'].includes(String(custom.OriginProtocolPolicy)))
      throw invalidArgument('The parameter OriginProtocolPolicy is invalid.');
  }
  checkCustomHeaders(origin);
  checkAccess(ctx, origin);
}

function isS3Domain(domain: string): boolean {
  return /\.s3(?:[.-](?:dualstack\.)?[a-z0-9-]+)?\.amazonaws\.com$/.test(domain) && !domain.includes('s3-website');
}

function checkAccess(ctx: Context, origin: Origin): void {
  const control = origin.OriginAccessControlId;
  const identity = origin.S3OriginConfig?.OriginAccessIdentity;
  if (control) {
    if (!originAccessControls(ctx, ctx).has(control)) throw invalidOriginAccessControl();
    if (identity)
      throw invalidArgument('Cannot use both Origin Access Control and Origin Access Identity on an origin');
    if (!origin.S3OriginConfig)
      throw invalidArgument('The parameter OriginAccessControlId of type s3 needs an S3 origin.');
  }
  if (identity) {
    const id = /^origin-access-identity\/cloudfront\/(.+)$/.exec(identity)?.[1];
    if (id === undefined || !originAccessIdentities(ctx, ctx).has(id)) throw invalidOriginAccessIdentity();
  }
}

/** "Custom headers that CloudFront can't add to origin requests". */
const forbidden = new Set([
  'cache-control',
  'connection',
  'content-length',
  'cookie',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'max-forwards',
  'pragma',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'range',
  'request-range',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
  'x-real-ip',
]);

function checkCustomHeaders(origin: Origin): void {
  for (const { HeaderName: name = '' } of origin.CustomHeaders?.Items ?? []) {
    const lower = name.toLowerCase();
    if (forbidden.has(lower) || lower.startsWith('x-amz-') || lower.startsWith('x-edge-')) {
      throw invalidArgument(`The parameter HeaderName : ${name} is not allowed.`);
    }
  }
}

function between(name: string, value: number | undefined, min: number, max: number): void {
  if (value !== undefined && (value < min || value > max))
    throw invalidArgument(`The parameter ${name} must be between ${min} and ${max}.`);
}

function port(name: string, value: number | undefined): void {
  if (value === undefined) throw invalidArgument(`The parameter ${name} is required.`);
  if (value !== 80 && value !== 443 && (value < 1024 || value > 65_535))
    throw invalidArgument(`The parameter ${name} is invalid: 80, 443 or 1024 to 65535.`);
}

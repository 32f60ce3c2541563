import type { DefaultCacheBehavior, DistributionConfig } from '@aws-sdk/client-cloudfront';
import { firewalls } from '../../../data-planes/waf/firewalls.ts';
import { certificates, covers } from '../../../engines/certificates/certificates.ts';
import { regions } from '../../../kernel/regions.ts';
import type { Context } from '../../../kernel/service.ts';
import * as errors from '../errors.ts';
import { distributions } from '../state.ts';
import { checkBehaviour } from './behaviour-rules.ts';
import { checkOrigin } from './origin-rules.ts';
import { checkQuantities } from './quantities.ts';
import { refuseNotDone } from './refusals.ts';
import { isKnownProtocolVersion } from './viewer-tls.ts';

/** "Quotas on distributions" (Developer Guide), without the increases one can ask for. */
const quotas = { origins: 100, behaviours: 75, cnames: 100 };

/** Everything CloudFront finds wrong with a configuration before it takes it. `own` is the distribution that is updated. */
export function checkDistribution(ctx: Context, config: DistributionConfig, own?: string): void {
  checkQuantities(config);
  refuseNotDone(config);
  checkOrigins(ctx, config);
  checkBehaviours(ctx, config);
  checkAliases(ctx, config, own);
  checkErrorResponses(config);
  const root = config.DefaultRootObject ?? '';
  if (root.startsWith('/') || root.length > 255) throw errors.invalidDefaultRootObject();
  if ((config.Comment ?? '').length > 128) throw errors.invalidArgument('The parameter Comment is too long.');
  checkLogging(config);
  if (config.WebACLId && !ctx.engine(firewalls).has(config.WebACLId)) throw errors.invalidWebAclId();
}

function checkOrigins(ctx: Context, config: DistributionConfig): void {
  const origins = config.Origins?.Items ?? [];
  if (origins.length === 0) throw errors.invalidArgument('The parameter Origins is required.');
  if (origins.length > quotas.origins) throw errors.tooMany('Origins');
  if (new Set(origins.map((origin) => origin.Id)).size !== origins.length)
    throw errors.invalidArgument('The parameter Origin Id contains duplicates.');
  for (const origin of origins) checkOrigin(ctx, origin);
  const ids = new Set(origins.map((origin) => origin.Id));
  for (const group of config.OriginGroups?.Items ?? []) {
    const members = group.Members?.Items ?? [];
    if (members.length !== 2)
      throw errors.invalidArgument('The parameter Origin Group Members must contain exactly two members.');
    if (members.some((member) => !ids.has(member.OriginId))) throw errors.noSuchOrigin();
    if (members[0]?.OriginId === members[1]?.OriginId)
      throw errors.invalidArgument('The parameter Origin Group Members contains duplicates.');
    const codes = group.FailoverCriteria?.StatusCodes?.Items ?? [];
    if (codes.some((code) => !failoverCodes.has(Number(code))))
      throw errors.invalidArgument('The parameter Failover Criteria contains an invalid status code.');
  }
}

/** "Use origin failover": the codes that can be chosen. */
const failoverCodes = new Set([403, 404, 416, 429, 500, 502, 503, 504]);

function checkBehaviours(ctx: Context, config: DistributionConfig): void {
  if (!config.DefaultCacheBehavior) throw errors.invalidArgument('The parameter DefaultCacheBehavior is required.');
  const others = config.CacheBehaviors?.Items ?? [];
  if (others.length > quotas.behaviours) throw errors.tooMany('CacheBehaviors');
  const patterns = others.map((one) => one.PathPattern ?? '');
  if (new Set(patterns).size !== patterns.length)
    throw errors.invalidArgument('The parameter PathPattern contains duplicates.');
  if (patterns.some((pattern) => pattern === '' || pattern.length > 255))
    throw errors.invalidArgument('The parameter PathPattern is invalid.');
  const targets = new Set(
    [...(config.Origins?.Items ?? []), ...(config.OriginGroups?.Items ?? [])].map((target) => target.Id),
  );
  const groups = new Set((config.OriginGroups?.Items ?? []).map((group) => group.Id));
  for (const behaviour of [config.DefaultCacheBehavior, ...others]) {
    if (!targets.has(behaviour.TargetOriginId)) throw errors.noSuchOrigin();
    checkBehaviour(ctx, behaviour);
    if (groups.has(behaviour.TargetOriginId) && writes(behaviour)) {
      throw errors.invalidArgument(
        'The parameter AllowedMethods cannot include POST, PUT, PATCH, or DELETE for a cached behavior associated with an origin group.',
      );
    }
  }
}

function writes(behaviour: DefaultCacheBehavior): boolean {
  return behaviour.AllowedMethods?.Items?.includes('POST') ?? false;
}

function checkAliases(ctx: Context, config: DistributionConfig, own: string | undefined): void {
  const aliases = (config.Aliases?.Items ?? []).map((name) => name.toLowerCase());
  if (aliases.length > quotas.cnames) throw errors.tooMany('DistributionCNAMEs');
  if (new Set(aliases).size !== aliases.length)
    throw errors.invalidArgument('The parameter CNAME contains duplicates.');
  const certificate = config.ViewerCertificate?.ACMCertificateArn;
  const served = certificate === undefined ? undefined : ctx.engine(certificates).find(certificate);
  if (certificate !== undefined && (certificate.split(':')[3] !== 'us-east-1' || !served)) {
    throw errors.invalidViewerCertificate(
      "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a valid certificate chain.",
    );
  }
  checkProtocolVersion(config);
  if (aliases.length === 0) return;
  if (certificate === undefined) {
    throw errors.invalidViewerCertificate(
      'To add an alternate domain name (CNAME) to a CloudFront distribution, you must attach a trusted certificate that validates your authorization to use the domain name.',
    );
  }
  // "Requirements for using alternate domain names": each of them is among the certificate's names.
  if (
    served &&
    !aliases.every((alias) => served.names.some((name) => name.toLowerCase() === alias || covers(name, alias)))
  )
    throw errors.invalidViewerCertificate(
      "The certificate that is attached to your distribution doesn't cover the alternate domain name (CNAME) that you're trying to add. For more details, see: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html#alternate-domain-names-requirements",
    );
  for (const { account } of ctx.store.scopes('cloudfront.distributions')) {
    for (const other of distributions(ctx, { account }).values()) {
      if (other.Id === own) continue;
      if (other.DistributionConfig.Aliases?.Items?.some((name) => aliases.includes(name.toLowerCase())))
        throw errors.cnameAlreadyExists();
    }
  }
}

function checkProtocolVersion({ ViewerCertificate }: DistributionConfig): void {
  const version = ViewerCertificate?.MinimumProtocolVersion;
  if (version !== undefined && !isKnownProtocolVersion(version)) throw errors.invalidMinimumProtocolVersion(version);
}

/** "Custom error pages": the codes CloudFront lets one customise. */
const errorCodes = new Set([400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504]);
const responseCodes = new Set(['200', ...[...errorCodes].map(String)]);

function checkErrorResponses(config: DistributionConfig): void {
  const seen = new Set<number>();
  for (const { ErrorCode: code, ResponseCode: response, ResponsePagePath: page } of config.CustomErrorResponses
    ?.Items ?? []) {
    const number = Number(code);
    if (!errorCodes.has(number) || seen.has(number)) throw errors.invalidErrorCode();
    seen.add(number);
    if (response && !responseCodes.has(String(response))) throw errors.invalidResponseCode();
    if (Boolean(response) !== Boolean(page)) throw errors.invalidResponseCode();
    if (page && !page.startsWith('/'))
      throw errors.invalidArgument('The parameter ResponsePagePath must start with a slash.');
  }
}

function checkLogging(config: DistributionConfig): void {
  const { Logging: logging } = config;
  if (!logging?.Enabled && !logging?.Bucket) return;
  if (loggingBucket(logging.Bucket ?? '') === undefined)
    throw errors.invalidArgument('The parameter Logging Bucket does not refer to a valid S3 bucket.');
}

/** The bucket's name out of its domain name; undefined when it is none. */
export function loggingBucket(domain: string): string | undefined {
  const match = /^(.+)\.s3(?:[.-]([a-z0-9-]+))?\.amazonaws\.com$/.exec(domain);
  if (!match || (match[2] !== undefined && !regions.includes(match[2]))) return undefined;
  return match[1];
}

import { createPublicKey } from 'node:crypto';
import type {
  CachePolicyConfig,
  CloudFrontOriginAccessIdentityConfig,
  KeyGroupConfig,
  OriginAccessControlConfig,
  OriginRequestPolicyConfig,
  PublicKeyConfig,
  ResponseHeadersPolicyConfig,
} from '@aws-sdk/client-cloudfront';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { errorsOf, inconsistentQuantities, invalidArgument, invalidTtlOrder } from '../errors.ts';
import {
  cachePolicies,
  distributions,
  keyGroups,
  type OriginAccessIdentity,
  originAccessControls,
  originAccessIdentities,
  originRequestPolicies,
  publicKeys,
  responseHeadersPolicies,
} from '../state.ts';
import {
  managedCachePolicies,
  managedOriginRequestPolicies,
  managedResponseHeadersPolicies,
} from './managed-policies.ts';
import { checkQuantities } from './quantities.ts';
import type { Kind } from './versions.ts';

export const cachePolicyKind: Kind<CachePolicyConfig> = {
  errors: errorsOf.CachePolicy,
  records: (ctx) => cachePolicies(ctx, ctx),
  newId: (ctx) => ctx.ids.uuid(),
  nameOf: (config) => String(config.Name),
  managed: managedCachePolicies,
  isUsed: (ctx, id) => mentioned(ctx, id),
  check(_ctx, config) {
    checkQuantities(config);
    const min = config.MinTTL ?? 0;
    const { max, normal } = cachePolicyTtls(config);
    if (min > normal || normal > max) throw invalidTtlOrder();
    const parameters = config.ParametersInCacheKeyAndForwardedToOrigin;
    const keyed =
      parameters &&
      (parameters.HeadersConfig?.HeaderBehavior !== 'none' ||
        parameters.CookiesConfig?.CookieBehavior !== 'none' ||
        parameters.QueryStringsConfig?.QueryStringBehavior !== 'none');
    // "CachePolicyConfig": with all TTLs 0 caching is off, and nothing can be in the key.
    if (max === 0 && (keyed || parameters?.EnableAcceptEncodingGzip || parameters?.EnableAcceptEncodingBrotli)) {
      throw invalidArgument('The parameter HeaderBehavior is invalid for policy with caching disabled.');
    }
  },
};

/** What the TTLs of a policy are when they are left out ("CachePolicyConfig", API Reference). */
export function cachePolicyTtls(config: CachePolicyConfig): { max: number; normal: number } {
  const min = config.MinTTL ?? 0;
  const normal = config.DefaultTTL ?? Math.max(86_400, min);
  return { normal, max: config.MaxTTL ?? Math.max(31_536_000, min, normal) };
}

export const originRequestPolicyKind: Kind<OriginRequestPolicyConfig> = {
  errors: errorsOf.OriginRequestPolicy,
  records: (ctx) => originRequestPolicies(ctx, ctx),
  newId: (ctx) => ctx.ids.uuid(),
  nameOf: (config) => String(config.Name),
  managed: managedOriginRequestPolicies,
  isUsed: (ctx, id) => mentioned(ctx, id),
  check(_ctx, config) {
    checkQuantities(config);
    const names = config.HeadersConfig?.Headers?.Items ?? [];
    if (
      names.some((name) => /^(authorization|accept-encoding)$/i.test(name)) &&
      config.HeadersConfig?.HeaderBehavior === 'whitelist'
    ) {
      throw invalidArgument(
        'The parameter Headers contains Authorization or Accept-Encoding, which is not allowed in an origin request policy.',
      );
    }
  },
};

export const responseHeadersPolicyKind: Kind<ResponseHeadersPolicyConfig> = {
  errors: errorsOf.ResponseHeadersPolicy,
  records: (ctx) => responseHeadersPolicies(ctx, ctx),
  newId: (ctx) => ctx.ids.uuid(),
  nameOf: (config) => String(config.Name),
  managed: managedResponseHeadersPolicies,
  isUsed: (ctx, id) => mentioned(ctx, id),
  check(_ctx, config) {
    checkQuantities(config);
    const { CorsConfig: cors } = config;
    if (
      cors?.AccessControlAllowCredentials &&
      [cors.AccessControlAllowHeaders, cors.AccessControlAllowMethods, cors.AccessControlExposeHeaders].some((list) =>
        list?.Items?.some((item) => item === '*'),
      )
    ) {
      throw invalidArgument(
        'The parameter AccessControlAllowCredentials cannot be true when headers, methods or exposed headers contain a wildcard.',
      );
    }
    if (config.RemoveHeadersConfig?.Items?.some((item) => neverRemoved.has(String(item.Header).toLowerCase()))) {
      throw invalidArgument('The parameter RemoveHeadersConfig contains a header that cannot be removed.');
    }
  },
};

/** Headers that a response headers policy cannot remove ("Headers that you can't remove"). */
const neverRemoved = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
  'warning',
  'x-accel-buffering',
  'x-accel-charset',
  'x-accel-limit-rate',
  'x-accel-redirect',
  'x-cache',
  'x-edge-location',
  'x-forwarded-proto',
  'x-real-ip',
]);

export const originAccessControlKind: Kind<OriginAccessControlConfig> = {
  errors: errorsOf.OriginAccessControl,
  records: (ctx) => originAccessControls(ctx, ctx),
  newId: (ctx) => `E${ctx.ids.upper(13)}`,
  nameOf: (config) => String(config.Name),
  managed: {},
  isUsed: (ctx, id) => mentioned(ctx, id),
  check(_ctx, config) {
    if (config.OriginAccessControlOriginType !== 's3') {
      throw refused(
        `cloudfront origin access control of type ${config.OriginAccessControlOriginType}`,
        'only s3 origins are reached in the name of CloudFront so far.',
      );
    }
    if (config.SigningProtocol !== 'sigv4') throw invalidArgument('The parameter SigningProtocol must be sigv4.');
  },
};

export const originAccessIdentityKind: Kind<CloudFrontOriginAccessIdentityConfig, OriginAccessIdentity> = {
  errors: errorsOf.OriginAccessIdentity,
  records: (ctx) => originAccessIdentities(ctx, ctx),
  newId: (ctx) => `E${ctx.ids.upper(13)}`,
  nameOf: (config) => String(config.CallerReference),
  managed: {},
  isUsed: (ctx, id) => mentioned(ctx, `origin-access-identity/cloudfront/${id}`),
  check() {},
};

export const publicKeyKind: Kind<PublicKeyConfig> = {
  errors: errorsOf.PublicKey,
  records: (ctx) => publicKeys(ctx, ctx),
  newId: (ctx) => `K${ctx.ids.upper(13)}`,
  nameOf: (config) => String(config.Name),
  managed: {},
  isUsed: (ctx, id) =>
    keyGroups(ctx, ctx)
      .values()
      .some((group) => group.Config.Items?.includes(id)),
  check(_ctx, config) {
    if (!isRsaKey(config.EncodedKey ?? ''))
      throw invalidArgument('Your request contains empty/invalid/out of limits RSA Encoded Key.');
  },
};

export const keyGroupKind: Kind<KeyGroupConfig> = {
  errors: errorsOf.KeyGroup,
  records: (ctx) => keyGroups(ctx, ctx),
  newId: (ctx) => ctx.ids.uuid(),
  nameOf: (config) => String(config.Name),
  managed: {},
  isUsed: (ctx, id) => mentioned(ctx, id),
  check(ctx, config) {
    const items = config.Items ?? [];
    if (items.length > 5) throw invalidArgument('A key group can hold up to 5 public keys.');
    if (new Set(items).size !== items.length) throw inconsistentQuantities();
    for (const id of items) if (!publicKeys(ctx, ctx).has(id)) throw errorsOf.PublicKey.noSuch();
  },
};

/** Ids are long and random, so a distribution that has one in its configuration uses it. */
function mentioned(ctx: Context, id: string): boolean {
  return distributions(ctx, ctx)
    .values()
    .some((distribution) => JSON.stringify(distribution.DistributionConfig).includes(`"${id}"`));
}

/** "RSA 2048 key pair" or ECDSA 256; only RSA signatures are checked at the edge, so only RSA is taken. */
function isRsaKey(pem: string): boolean {
  try {
    return createPublicKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}

import type { DefaultCacheBehavior, ForwardedValues } from '@aws-sdk/client-cloudfront';
import type { Behaviour, EdgeFunction, Names, Selection } from '../../../data-planes/cdn/configuration.ts';
import type { Kernel } from '../../../kernel/service.ts';
import {
  cachePolicies,
  functions,
  keyGroups,
  originRequestPolicies,
  publicKeys,
  responseHeadersPolicies,
} from '../state.ts';
import { compileResponseHeaders } from './compile-response-headers.ts';
import { cachePolicyTtls } from './kinds.ts';
import {
  managedCachePolicies,
  managedOriginRequestPolicies,
  managedResponseHeadersPolicies,
  withheldQueryStrings,
  withholdingPolicies,
} from './managed-policies.ts';

type Config = DefaultCacheBehavior & { PathPattern?: string | undefined };
type Caching = Pick<
  Behaviour,
  'keyed' | 'forwarded' | 'encodings' | 'legacy' | 'minTtlSeconds' | 'defaultTtlSeconds' | 'maxTtlSeconds'
>;

export function compileBehaviour(kernel: Kernel, account: string, config: Config): Behaviour {
  const owner = { account };
  const responseId = config.ResponseHeadersPolicyId;
  const response = responseId
    ? (managedResponseHeadersPolicies[responseId] ?? responseHeadersPolicies(kernel, owner).get(responseId))
    : undefined;
  return {
    pathPattern: config.PathPattern ?? '*',
    target: String(config.TargetOriginId),
    viewerProtocolPolicy: config.ViewerProtocolPolicy as Behaviour['viewerProtocolPolicy'],
    allowedMethods: config.AllowedMethods?.Items ?? ['GET', 'HEAD'],
    cachedMethods: config.AllowedMethods?.CachedMethods?.Items ?? ['GET', 'HEAD'],
    compress: config.Compress ?? false,
    ...(config.CachePolicyId ? byPolicy(kernel, account, config) : byForwardedValues(config)),
    withheldFromS3: withholdingPolicies.has(config.OriginRequestPolicyId ?? '') ? withheldQueryStrings : [],
    responseHeaders: response ? compileResponseHeaders(response.Config) : undefined,
    viewerRequest: functionOf(kernel, account, config, 'viewer-request'),
    viewerResponse: functionOf(kernel, account, config, 'viewer-response'),
    lambda: Object.fromEntries(
      (config.LambdaFunctionAssociations?.Items ?? []).map((item) => [item.EventType, item.LambdaFunctionARN]),
    ) as Behaviour['lambda'],
    trustedKeys: config.TrustedKeyGroups?.Enabled
      ? keysOf(kernel, account, config.TrustedKeyGroups.Items ?? [])
      : undefined,
  };
}

function byPolicy(kernel: Kernel, account: string, config: Config): Caching {
  const owner = { account };
  const id = String(config.CachePolicyId);
  const policy = managedCachePolicies[id] ?? cachePolicies(kernel, owner).get(id);
  if (!policy) throw new Error(`a distribution uses cache policy ${id}, which is gone`);
  const requestId = config.OriginRequestPolicyId;
  const request = requestId
    ? (managedOriginRequestPolicies[requestId] ?? originRequestPolicies(kernel, owner).get(requestId))
    : undefined;
  const { max, normal } = cachePolicyTtls(policy.Config);
  const parameters = policy.Config.ParametersInCacheKeyAndForwardedToOrigin;
  const { HeadersConfig: headers, CookiesConfig: cookies, QueryStringsConfig: query } = request?.Config ?? {};
  return {
    keyed: {
      headers: names(parameters?.HeadersConfig?.HeaderBehavior, lower(parameters?.HeadersConfig?.Headers?.Items)),
      cookies: names(parameters?.CookiesConfig?.CookieBehavior, parameters?.CookiesConfig?.Cookies?.Items),
      queryStrings: names(
        parameters?.QueryStringsConfig?.QueryStringBehavior,
        parameters?.QueryStringsConfig?.QueryStrings?.Items,
      ),
    },
    forwarded: {
      headers: names(headers?.HeaderBehavior, lower(headers?.Headers?.Items)),
      cookies: names(cookies?.CookieBehavior, cookies?.Cookies?.Items),
      queryStrings: names(query?.QueryStringBehavior, query?.QueryStrings?.Items),
    },
    encodings: [
      ...(parameters?.EnableAcceptEncodingBrotli ? (['br'] as const) : []),
      ...(parameters?.EnableAcceptEncodingGzip ? (['gzip'] as const) : []),
    ],
    legacy: false,
    minTtlSeconds: Number(policy.Config.MinTTL ?? 0),
    defaultTtlSeconds: Number(normal),
    maxTtlSeconds: Number(max),
  };
}

/** Legacy cache settings: what is forwarded is also the cache key; only gzip is known. */
function byForwardedValues(config: Config): Caching {
  const values = config.ForwardedValues;
  return {
    keyed: legacySelection(values),
    forwarded: { headers: none, cookies: none, queryStrings: legacyForwardedQuery(values) },
    encodings: config.Compress ? ['gzip'] : [],
    legacy: true,
    minTtlSeconds: Number(config.MinTTL ?? 0),
    defaultTtlSeconds: Number(config.DefaultTTL ?? 86_400),
    maxTtlSeconds: Number(config.MaxTTL ?? 31_536_000),
  };
}

function legacySelection(values: ForwardedValues | undefined): Selection {
  const headers = lower(values?.Headers?.Items);
  const cookies = values?.Cookies;
  const keys = values?.QueryStringCacheKeys?.Items ?? [];
  return {
    headers: headers.includes('*')
      ? { kind: 'all', names: [] }
      : names(headers.length > 0 ? 'whitelist' : 'none', headers),
    cookies: names(cookies?.Forward, cookies?.WhitelistedNames?.Items),
    queryStrings: values?.QueryString ? names(keys.length > 0 ? 'whitelist' : 'all', keys) : none,
  };
}

/** With QueryStringCacheKeys all query strings go to the origin and only the listed ones are in the key. */
function legacyForwardedQuery(values: ForwardedValues | undefined): Names {
  return values?.QueryString ? { kind: 'all', names: [] } : none;
}

const none: Names = { kind: 'none', names: [] };

function names(behavior: string | undefined, items: readonly string[] = []): Names {
  switch (behavior) {
    case 'whitelist':
      return { kind: 'some', names: items };
    case 'allExcept':
      return { kind: 'allExcept', names: items };
    case 'all':
    case 'allViewer':
      return { kind: 'all', names: [] };
    case 'allViewerAndWhitelistCloudFront':
      return { kind: 'all', names: items };
    default:
      return none;
  }
}

function lower(items: readonly string[] | undefined): string[] {
  return (items ?? []).map((item) => item.toLowerCase());
}

function functionOf(
  kernel: Kernel,
  account: string,
  config: Config,
  type: 'viewer-request' | 'viewer-response',
): EdgeFunction | undefined {
  const arn = config.FunctionAssociations?.Items?.find((item) => item.EventType === type)?.FunctionARN;
  if (!arn) return undefined;
  const record = functions(kernel, { account }).get(arn.split('function/')[1] ?? '');
  if (!record?.LIVE) throw new Error(`a distribution uses function ${arn}, which is gone`);
  return {
    name: record.Name,
    runtime: record.LIVE.FunctionConfig.Runtime as EdgeFunction['runtime'],
    code: Buffer.from(record.LIVE.code, 'base64').toString(),
  };
}

function keysOf(kernel: Kernel, account: string, groupIds: string[]): Record<string, string> {
  const keys: Record<string, string> = {};
  for (const groupId of groupIds) {
    for (const id of keyGroups(kernel, { account }).get(groupId)?.Config.Items ?? []) {
      const pem = publicKeys(kernel, { account }).get(id)?.Config.EncodedKey;
      if (pem !== undefined) keys[id] = pem;
    }
  }
  return keys;
}

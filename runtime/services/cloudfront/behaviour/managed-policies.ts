import type {
  CachePolicyConfig,
  OriginRequestPolicyConfig,
  ResponseHeadersPolicyConfig,
} from '@aws-sdk/client-cloudfront';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { CachePolicy, OriginRequestPolicy, ResponseHeadersPolicy, Versioned } from '../state.ts';

/** "Use managed cache policies", "Use managed origin request policies", "Use managed response headers policies" (Developer Guide). */
export const managedCachePolicies: Readonly<Record<string, CachePolicy>> = lookupTable(
  catalogue([
    cache('2e54312d-136d-493c-8eb9-b001f22f67d2', 'Managed-Amplify', 'Policy for Amplify Origin', {
      ttl: [2, 2, 600],
      headers: ['Authorization', 'CloudFront-Viewer-Country', 'Host'],
      cookies: 'all',
      queryStrings: 'all',
      compressed: true,
    }),
    cache('4135ea2d-6df8-44a3-9df3-4b5a84be39ad', 'Managed-CachingDisabled', 'Policy with caching disabled', {
      ttl: [0, 0, 0],
    }),
    cache(
      '658327ea-f89d-4fab-a63d-7e88639e58f6',
      'Managed-CachingOptimized',
      'Policy with caching enabled. Supports Gzip and Brotli compression.',
      { ttl: [1, 86_400, 31_536_000], compressed: true },
    ),
    cache(
      'b2884449-e4de-46a7-ac36-70bc7f1ddd6d',
      'Managed-CachingOptimizedForUncompressedObjects',
      'Default policy when compression is disabled',
      { ttl: [1, 86_400, 31_536_000] },
    ),
    cache(
      '08627262-05a9-4f76-9ded-b50ca2e3a84f',
      'Managed-Elemental-MediaPackage',
      'Policy for Elemental MediaPackage Origin',
      {
        ttl: [0, 86_400, 31_536_000],
        headers: ['Origin'],
        queryStrings: ['aws.manifestfilter', 'start', 'end', 'm'],
        gzip: true,
      },
    ),
    cache(
      '83da9c7e-98b4-4e11-a168-04f0df8e2c65',
      'Managed-UseOriginCacheControlHeaders',
      'Policy for origins that return Cache-Control headers. Query strings are not included in the cache key.',
      {
        ttl: [0, 0, 31_536_000],
        headers: ['Host', 'Origin', 'X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'],
        cookies: 'all',
        compressed: true,
      },
    ),
    cache(
      '4cc15a8a-d715-48a4-82b8-cc0b614638fe',
      'Managed-UseOriginCacheControlHeaders-QueryStrings',
      'Policy for origins that return Cache-Control headers and serve different content based on values present in the query string.',
      {
        ttl: [0, 0, 31_536_000],
        headers: ['Host', 'Origin', 'X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'],
        cookies: 'all',
        queryStrings: 'all',
        compressed: true,
      },
    ),
  ]),
);

export const managedOriginRequestPolicies: Readonly<Record<string, OriginRequestPolicy>> = lookupTable(
  catalogue([
    request(
      '216adef6-5c7f-47e4-b989-5492eafa07d3',
      'Managed-AllViewer',
      'Policy to forward all parameters in viewer requests',
      { HeaderBehavior: 'allViewer' },
      'all',
    ),
    request(
      '33f36d7e-f396-46d9-90e0-52428a34d9dc',
      'Managed-AllViewerAndCloudFrontHeaders-2022-06',
      'Policy to forward all parameters in viewer requests and all CloudFront headers that were released through June 2022',
      { HeaderBehavior: 'allViewerAndWhitelistCloudFront', Headers: names(cloudFrontHeaders2022()) },
      'all',
    ),
    request(
      'b689b0a8-53d0-40ab-baf2-68738e2966ac',
      'Managed-AllViewerExceptHostHeader',
      'Policy to forward all parameters in viewer requests except for the Host header',
      { HeaderBehavior: 'allExcept', Headers: names(['Host']) },
      'all',
    ),
    request(
      '59781a5b-3903-41f3-afcb-af62929ccde1',
      'Managed-CORS-CustomOrigin',
      'Policy for CORS with a custom origin',
      { HeaderBehavior: 'whitelist', Headers: names(['Origin']) },
      'none',
    ),
    request(
      '88a5eaf4-2fd4-4709-b370-b4c650ea3fcf',
      'Managed-CORS-S3Origin',
      'Policy for CORS with an S3 Origin',
      {
        HeaderBehavior: 'whitelist',
        Headers: names(['Origin', 'Access-Control-Request-Headers', 'Access-Control-Request-Method']),
      },
      'none',
    ),
    request(
      '775133bc-15f2-49f9-abea-afb2e0bf67d2',
      'Managed-Elemental-MediaTailor-PersonalizedManifests',
      'Policy for Elemental MediaTailor Origin',
      {
        HeaderBehavior: 'whitelist',
        Headers: names([
          'Origin',
          'Access-Control-Request-Headers',
          'Access-Control-Request-Method',
          'User-Agent',
          'X-Forwarded-For',
        ]),
      },
      'none',
      'all',
    ),
    request(
      'bf0718e1-ba1e-49d1-88b1-f726733018ae',
      'Managed-HostHeaderOnly',
      'Policy to forward only the Host header',
      { HeaderBehavior: 'whitelist', Headers: names(['Host']) },
      'none',
    ),
    request(
      'acba4595-bd28-49b8-b9fe-13317c0390fa',
      'Managed-UserAgentRefererHeaders',
      'Policy to forward user-agent and referer headers to origin',
      { HeaderBehavior: 'whitelist', Headers: names(['User-Agent', 'Referer']) },
      'none',
    ),
  ]),
);

/** With an S3 origin these policies hold back the query strings that change S3's response headers (note on the managed policies' page). */
export const withholdingPolicies: ReadonlySet<string> = new Set([
  '216adef6-5c7f-47e4-b989-5492eafa07d3',
  '33f36d7e-f396-46d9-90e0-52428a34d9dc',
  'b689b0a8-53d0-40ab-baf2-68738e2966ac',
  '775133bc-15f2-49f9-abea-afb2e0bf67d2',
]);
export const withheldQueryStrings = [
  'response-content-type',
  'response-content-disposition',
  'response-content-encoding',
];

const simpleCors = {
  AccessControlAllowCredentials: false,
  AccessControlAllowHeaders: names(['*']),
  AccessControlAllowMethods: { Quantity: 2, Items: ['GET' as const, 'HEAD' as const] },
  AccessControlAllowOrigins: names(['*']),
  OriginOverride: false,
};
const preflightCors = {
  ...simpleCors,
  AccessControlAllowMethods: {
    Quantity: 7,
    Items: [
      'GET' as const,
      'HEAD' as const,
      'PUT' as const,
      'POST' as const,
      'PATCH' as const,
      'DELETE' as const,
      'OPTIONS' as const,
    ],
  },
  AccessControlExposeHeaders: names(['*']),
};
const security: ResponseHeadersPolicyConfig['SecurityHeadersConfig'] = {
  XSSProtection: { Override: false, Protection: true, ModeBlock: true },
  FrameOptions: { Override: false, FrameOption: 'SAMEORIGIN' },
  ReferrerPolicy: { Override: false, ReferrerPolicy: 'strict-origin-when-cross-origin' },
  ContentTypeOptions: { Override: true },
  StrictTransportSecurity: {
    Override: false,
    IncludeSubdomains: false,
    Preload: false,
    AccessControlMaxAgeSec: 31_536_000,
  },
};

export const managedResponseHeadersPolicies: Readonly<Record<string, ResponseHeadersPolicy>> = lookupTable(
  catalogue([
    response(
      '60669652-455b-4ae9-85a4-c4c02393f86c',
      'Managed-SimpleCORS',
      'Allows all origins for simple CORS requests',
      { CorsConfig: { ...simpleCors } },
    ),
    response(
      '5cc3b908-e619-4b99-88e5-2cf7f45965bd',
      'Managed-CORS-With-Preflight',
      'Allows all origins for CORS requests, including preflight requests',
      { CorsConfig: preflightCors },
    ),
    response(
      '67f7725c-6f97-4210-82d7-5512b31e9d03',
      'Managed-SecurityHeadersPolicy',
      'Adds a set of security headers to every response',
      { SecurityHeadersConfig: security },
    ),
    response(
      'e61eb60c-9c35-4d20-a928-2b84e02af89c',
      'Managed-CORS-and-SecurityHeadersPolicy',
      'Allows all origins for simple CORS requests and adds security headers',
      { CorsConfig: { ...simpleCors }, SecurityHeadersConfig: security },
    ),
    response(
      'eaab4381-ed33-4a86-88ca-d9558dc6cd63',
      'Managed-CORS-with-preflight-and-SecurityHeadersPolicy',
      'Allows all origins for CORS requests, including preflight requests, and adds security headers',
      { CorsConfig: preflightCors, SecurityHeadersConfig: security },
    ),
  ]),
);

interface CacheSettings {
  /** Minimum, default, maximum. */
  ttl: [number, number, number];
  headers?: string[];
  cookies?: 'all';
  queryStrings?: 'all' | string[];
  compressed?: boolean;
  gzip?: boolean;
}

function cache(id: string, name: string, comment: string, settings: CacheSettings): Versioned<CachePolicyConfig> {
  const [MinTTL, DefaultTTL, MaxTTL] = settings.ttl;
  const { headers, queryStrings } = settings;
  return versioned(id, {
    Name: name,
    Comment: comment,
    MinTTL,
    DefaultTTL,
    MaxTTL,
    ParametersInCacheKeyAndForwardedToOrigin: {
      EnableAcceptEncodingGzip: settings.compressed ?? settings.gzip ?? false,
      EnableAcceptEncodingBrotli: settings.compressed ?? false,
      HeadersConfig: headers ? { HeaderBehavior: 'whitelist', Headers: names(headers) } : { HeaderBehavior: 'none' },
      CookiesConfig: { CookieBehavior: settings.cookies ?? 'none' },
      QueryStringsConfig: Array.isArray(queryStrings)
        ? { QueryStringBehavior: 'whitelist', QueryStrings: names(queryStrings) }
        : { QueryStringBehavior: queryStrings ?? 'none' },
    },
  });
}

function request(
  id: string,
  name: string,
  comment: string,
  headers: OriginRequestPolicyConfig['HeadersConfig'],
  cookies: 'all' | 'none',
  queryStrings: 'all' | 'none' = cookies,
): OriginRequestPolicy {
  return versioned(id, {
    Name: name,
    Comment: comment,
    HeadersConfig: headers,
    CookiesConfig: { CookieBehavior: cookies },
    QueryStringsConfig: { QueryStringBehavior: queryStrings },
  });
}

function response(
  id: string,
  name: string,
  comment: string,
  config: Partial<ResponseHeadersPolicyConfig>,
): ResponseHeadersPolicy {
  return versioned(id, { Name: name, Comment: comment, ...config });
}

function versioned<Config>(Id: string, Config: Config): Versioned<Config> {
  return { Id, ETag: 'E23ZP02F085DFQ', LastModifiedTime: '2022-06-22T00:00:00.000Z', Config };
}

function catalogue<Config>(policies: Versioned<Config>[]): Record<string, Versioned<Config>> {
  return Object.fromEntries(policies.map((policy) => [policy.Id, policy]));
}

function names(items: string[]): { Quantity: number; Items: string[] } {
  return { Quantity: items.length, Items: items };
}

function cloudFrontHeaders2022(): string[] {
  const viewer = [
    'Viewer-Country',
    'Viewer-City',
    'Viewer-Country-Name',
    'Viewer-Country-Region',
    'Viewer-Country-Region-Name',
    'Viewer-Latitude',
    'Viewer-Longitude',
    'Viewer-Metro-Code',
    'Viewer-Postal-Code',
    'Viewer-Time-Zone',
    'Viewer-Address',
    'Viewer-ASN',
    'Viewer-Http-Version',
    'Viewer-TLS',
  ];
  const device = [
    'Is-Android-Viewer',
    'Is-Desktop-Viewer',
    'Is-IOS-Viewer',
    'Is-Mobile-Viewer',
    'Is-SmartTV-Viewer',
    'Is-Tablet-Viewer',
  ];
  return [...viewer, ...device, 'Forwarded-Proto'].map((name) => `CloudFront-${name}`);
}

import type { Principal } from '../../kernel/principal.ts';
import type { TlsTerms } from '../http/tls/terms.ts';

/** What an edge needs to serve one distribution; services/cloudfront compiles it from DistributionConfig and pushes it in. */
export interface EdgeDistribution {
  id: string;
  arn: string;
  account: string;
  /** d111111abcdef8.cloudfront.net */
  domainName: string;
  aliases: string[];
  /** Without a leading slash; empty when there is none. */
  defaultRootObject: string;
  /** In the order they are tried; the default behaviour is last and has the pattern `*`. */
  behaviours: Behaviour[];
  origins: Record<string, Origin>;
  originGroups: Record<string, OriginGroup>;
  errorResponses: Record<number, ErrorResponse>;
  logging: EdgeLogging | undefined;
  /** How viewers are met over TLS, at the distribution's own name and at its aliases. */
  tls: { ownName: TlsTerms; aliases: TlsTerms };
  /** Whether the firewall is to be asked before anything else. */
  guarded: boolean;
}

export interface Behaviour {
  pathPattern: string;
  /** Id of an origin or of an origin group. */
  target: string;
  viewerProtocolPolicy: 'allow-all' | 'https-only' | 'redirect-to-https';
  allowedMethods: readonly string[];
  /** GET and HEAD, and OPTIONS where configured. */
  cachedMethods: readonly string[];
  /** "Compress objects automatically". */
  compress: boolean;
  /** Encodings that are part of the cache key, which is what lets the edge compress and keep them. */
  encodings: readonly ('br' | 'gzip')[];
  /** In the cache key, and therefore in origin requests. */
  keyed: Selection;
  /** In origin requests only. */
  forwarded: Selection;
  /** ForwardedValues pass on headers that CloudFront has no rule for; policies do not. */
  legacy: boolean;
  /** Query strings of these names are never sent to an S3 origin (managed AllViewer policies). */
  withheldFromS3: readonly string[];
  minTtlSeconds: number;
  defaultTtlSeconds: number;
  maxTtlSeconds: number;
  responseHeaders: ResponseHeaders | undefined;
  viewerRequest: EdgeFunction | undefined;
  viewerResponse: EdgeFunction | undefined;
  /** Versions of Lambda functions, by event: Lambda@Edge. */
  lambda: Partial<Record<'viewer-request' | 'viewer-response' | 'origin-request' | 'origin-response', string>>;
  /** PEM of public keys by key id; undefined: content is not private. */
  trustedKeys: Record<string, string> | undefined;
}

export interface Selection {
  headers: Names;
  cookies: Names;
  queryStrings: Names;
}

/** Header names in lower case. `allViewer` is what the viewer sent, beside which `names` are added by CloudFront. */
export interface Names {
  kind: 'none' | 'some' | 'all' | 'allExcept';
  names: readonly string[];
}

export interface Origin {
  id: string;
  domainName: string;
  /** Empty, or beginning with a slash and not ending with one. */
  path: string;
  customHeaders: Record<string, string>;
  connectionAttempts: number;
  connectionTimeoutSeconds: number;
  readTimeoutSeconds: number;
  s3: boolean;
  /** Whom S3 sees: the service with origin access control, the identity with OAI, undefined for anonymous. */
  caller: Principal | undefined;
  /** Origin access control `no-override`: a viewer's Authorization header wins. */
  yieldsToAuthorization: boolean;
  protocol: 'http-only' | 'https-only' | 'match-viewer';
  httpPort: number;
  httpsPort: number;
}

export interface OriginGroup {
  /** Primary first. */
  members: readonly [string, string];
  statusCodes: readonly number[];
}

export interface ErrorResponse {
  cachingMinTtlSeconds: number;
  responsePagePath: string | undefined;
  responseCode: number | undefined;
}

export interface EdgeFunction {
  name: string;
  runtime: 'cloudfront-js-1.0' | 'cloudfront-js-2.0';
  code: string;
}

export interface EdgeLogging {
  bucket: string;
  prefix: string;
  includeCookies: boolean;
}

/** A response headers policy. `override` false leaves a header of the origin alone. */
export interface ResponseHeaders {
  set: readonly { name: string; value: string; override: boolean }[];
  remove: readonly string[];
  cors: Cors | undefined;
  /** Percentage of responses that carry Server-Timing. */
  serverTimingRate: number;
}

export interface Cors {
  allowCredentials: boolean;
  allowHeaders: readonly string[];
  allowMethods: readonly string[];
  allowOrigins: readonly string[];
  exposeHeaders: readonly string[];
  maxAgeSeconds: number | undefined;
  originOverride: boolean;
}

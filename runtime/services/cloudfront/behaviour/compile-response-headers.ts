import type {
  ResponseHeadersPolicyConfig,
  ResponseHeadersPolicySecurityHeadersConfig,
} from '@aws-sdk/client-cloudfront';
import type { Cors, ResponseHeaders } from '../../../data-planes/cdn/configuration.ts';

/** "Understand response headers policies": what each setting writes. */
export function compileResponseHeaders(config: ResponseHeadersPolicyConfig): ResponseHeaders {
  const custom = (config.CustomHeadersConfig?.Items ?? []).map((item) => ({
    name: String(item.Header).toLowerCase(),
    value: String(item.Value),
    override: item.Override ?? false,
  }));
  return {
    set: [...securityHeaders(config.SecurityHeadersConfig ?? {}), ...custom],
    remove: (config.RemoveHeadersConfig?.Items ?? []).map((item) => String(item.Header).toLowerCase()),
    cors: corsOf(config.CorsConfig),
    serverTimingRate: config.ServerTimingHeadersConfig?.Enabled
      ? Number(config.ServerTimingHeadersConfig.SamplingRate ?? 0)
      : 0,
  };
}

function securityHeaders(
  security: ResponseHeadersPolicySecurityHeadersConfig,
): { name: string; value: string; override: boolean }[] {
  const headers: { name: string; value: string; override: boolean }[] = [];
  const add = (name: string, value: string, from: { Override?: boolean | undefined }): void => {
    headers.push({ name, value, override: from.Override ?? false });
  };
  const { StrictTransportSecurity: hsts, XSSProtection: xss } = security;
  if (hsts) {
    const flags = `${hsts.IncludeSubdomains ? '; includeSubDomains' : ''}${hsts.Preload ? '; preload' : ''}`;
    add('strict-transport-security', `max-age=${hsts.AccessControlMaxAgeSec}${flags}`, hsts);
  }
  if (security.ContentTypeOptions) add('x-content-type-options', 'nosniff', security.ContentTypeOptions);
  if (security.FrameOptions) add('x-frame-options', String(security.FrameOptions.FrameOption), security.FrameOptions);
  if (security.ReferrerPolicy)
    add('referrer-policy', String(security.ReferrerPolicy.ReferrerPolicy), security.ReferrerPolicy);
  const csp = security.ContentSecurityPolicy;
  if (csp) add('content-security-policy', String(csp.ContentSecurityPolicy), csp);
  if (xss) {
    const mode = xss.ModeBlock ? '; mode=block' : xss.ReportUri ? `; report=${xss.ReportUri}` : '';
    add('x-xss-protection', xss.Protection ? `1${mode}` : '0', xss);
  }
  return headers;
}

function corsOf(cors: ResponseHeadersPolicyConfig['CorsConfig']): Cors | undefined {
  if (!cors) return undefined;
  return {
    allowCredentials: cors.AccessControlAllowCredentials ?? false,
    allowHeaders: cors.AccessControlAllowHeaders?.Items ?? [],
    allowMethods: cors.AccessControlAllowMethods?.Items ?? [],
    allowOrigins: cors.AccessControlAllowOrigins?.Items ?? [],
    exposeHeaders: cors.AccessControlExposeHeaders?.Items ?? [],
    maxAgeSeconds: cors.AccessControlMaxAgeSec === undefined ? undefined : Number(cors.AccessControlMaxAgeSec),
    originOverride: cors.OriginOverride ?? false,
  };
}

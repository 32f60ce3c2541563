import { s3Error } from '../errors.ts';

/** As the API gives it ("WebsiteConfiguration", Amazon S3 API Reference). */
export interface WebsiteConfiguration {
  IndexDocument?: { Suffix?: string };
  ErrorDocument?: { Key?: string };
  RedirectAllRequestsTo?: { HostName?: string; Protocol?: string };
  RoutingRules?: RoutingRule[];
}

export interface RoutingRule {
  Condition?: { KeyPrefixEquals?: string; HttpErrorCodeReturnedEquals?: string };
  Redirect?: {
    HostName?: string;
    HttpRedirectCode?: string;
    Protocol?: string;
    ReplaceKeyPrefixWith?: string;
    ReplaceKeyWith?: string;
  };
}

export function checkWebsite(website: WebsiteConfiguration): WebsiteConfiguration {
  const { IndexDocument, ErrorDocument, RedirectAllRequestsTo, RoutingRules } = website;
  if (RedirectAllRequestsTo) {
    if (!RedirectAllRequestsTo.HostName || IndexDocument || ErrorDocument || RoutingRules)
      throw s3Error(
        'InvalidArgument',
        {},
        'RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.',
      );
    return website;
  }
  const suffix = IndexDocument?.Suffix;
  if (suffix === undefined)
    throw s3Error(
      'InvalidArgument',
      { ArgumentName: 'IndexDocument' },
      'A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty',
    );
  if (suffix === '' || suffix.includes('/'))
    throw s3Error('InvalidArgument', { ArgumentName: 'IndexDocument' }, 'The IndexDocument Suffix is not well formed');
  for (const { Redirect } of RoutingRules ?? []) {
    if (!Redirect) throw s3Error('MalformedXML');
    if (Redirect.ReplaceKeyPrefixWith !== undefined && Redirect.ReplaceKeyWith !== undefined) {
      throw s3Error('InvalidRequest', {}, 'You can only define ReplaceKeyPrefix or ReplaceKey but not both.');
    }
    if (Redirect.HttpRedirectCode && !/^3(0[1-57-8]|0[0-9])$/.test(Redirect.HttpRedirectCode)) {
      throw s3Error(
        'InvalidRequest',
        {},
        `The provided HTTP redirect code (${Redirect.HttpRedirectCode}) is not valid. Valid codes are 3XX except 300.`,
      );
    }
  }
  return website;
}

/** The first rule that holds for the key, before it is looked up or after that failed with the status. */
export function routingRuleFor(website: WebsiteConfiguration, key: string, status?: number): RoutingRule | undefined {
  return (website.RoutingRules ?? []).find(({ Condition: condition }) => {
    const code = condition?.HttpErrorCodeReturnedEquals;
    if ((code === undefined) !== (status === undefined)) return false;
    return (code === undefined || Number(code) === status) && key.startsWith(condition?.KeyPrefixEquals ?? '');
  });
}

export function redirectOf(
  rule: RoutingRule,
  request: { key: string; host: string; secure: boolean },
): { status: number; location: string } {
  const redirect = rule.Redirect ?? {};
  const prefix = rule.Condition?.KeyPrefixEquals ?? '';
  const key =
    redirect.ReplaceKeyWith ??
    (redirect.ReplaceKeyPrefixWith === undefined
      ? request.key
      : redirect.ReplaceKeyPrefixWith + request.key.slice(prefix.length));
  const protocol = redirect.Protocol ?? (request.secure ? 'https' : 'http');
  return {
    status: Number(redirect.HttpRedirectCode ?? 301),
    location: `${protocol}://${redirect.HostName ?? request.host}/${encodeURI(key)}`,
  };
}

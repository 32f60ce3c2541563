import { versionedResource } from './versioned-resource.ts';

export const OriginRequestPolicy = versionedResource({
  noun: 'OriginRequestPolicy',
  lists: ['HeadersConfig.Headers', 'CookiesConfig.Cookies', 'QueryStringsConfig.QueryStrings'],
});

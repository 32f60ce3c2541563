import { versionedResource } from './versioned-resource.ts';

const parameters = 'ParametersInCacheKeyAndForwardedToOrigin';

export const CachePolicy = versionedResource({
  noun: 'CachePolicy',
  lists: [
    `${parameters}.HeadersConfig.Headers`,
    `${parameters}.CookiesConfig.Cookies`,
    `${parameters}.QueryStringsConfig.QueryStrings`,
  ],
});

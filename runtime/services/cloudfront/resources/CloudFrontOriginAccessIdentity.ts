import { versionedResource } from './versioned-resource.ts';

export const CloudFrontOriginAccessIdentity = versionedResource({
  noun: 'CloudFrontOriginAccessIdentity',
  complete: (ctx, config, previous) => ({
    ...config,
    CallerReference: previous?.CallerReference ?? ctx.generateName({ maxLength: 128 }),
  }),
  attributes: (described) => ({ S3CanonicalUserId: described.S3CanonicalUserId }),
});

import { versionedResource } from './versioned-resource.ts';

export const PublicKey = versionedResource({
  noun: 'PublicKey',
  attributes: (described) => ({
    CreatedTime: described.CreatedTime instanceof Date ? described.CreatedTime.toISOString() : undefined,
  }),
});

import { versionedResource } from './versioned-resource.ts';

export const OriginAccessControl = versionedResource({
  noun: 'OriginAccessControl',
  properties: { 'OriginAccessControlConfig.Description': 'stored' },
});

import { versionedResource } from './versioned-resource.ts';

export const OriginAccessControl = versionedResource({ noun: 'OriginAccessControl' });

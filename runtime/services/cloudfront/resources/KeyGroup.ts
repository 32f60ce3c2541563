import { versionedResource } from './versioned-resource.ts';

export const KeyGroup = versionedResource({ noun: 'KeyGroup' });

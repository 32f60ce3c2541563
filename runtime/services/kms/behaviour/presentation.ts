import type { Key } from '../state.ts';
import { algorithmsOf } from './key-specs.ts';
import { materialId } from './rotation.ts';

/** KeyMetadata, as CreateKey and DescribeKey give it. */
export function metadataOf(key: Key) {
  return {
    AWSAccountId: key.account,
    KeyId: key.KeyId,
    Arn: key.Arn,
    CreationDate: new Date(key.createdMs),
    Enabled: key.KeyState === 'Enabled',
    Description: key.Description,
    KeyUsage: key.KeyUsage,
    KeyState: key.KeyState,
    ...(key.deletionMs === undefined ? {} : { DeletionDate: new Date(key.deletionMs) }),
    Origin: 'AWS_KMS',
    KeyManager: key.KeyManager,
    CustomerMasterKeySpec: key.KeySpec,
    KeySpec: key.KeySpec,
    ...algorithmsOf(key),
    MultiRegion: false,
    ...(key.KeySpec === 'SYMMETRIC_DEFAULT' ? { CurrentKeyMaterialId: materialId(key) } : {}),
  };
}

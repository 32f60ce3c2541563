import { defineService, type Kernel, type Running } from '../../kernel/service.ts';
import { authorize } from './authorization.ts';
import { appointments } from './behaviour/rotation.ts';
import { meterCall, standing } from './behaviour/usage.ts';
import * as aliasOperations from './operations/aliases.ts';
import * as dataKeys from './operations/data-keys.ts';
import * as encryption from './operations/encryption.ts';
import * as grantOperations from './operations/grants.ts';
import * as keyOperations from './operations/keys.ts';
import * as macs from './operations/macs.ts';
import * as policies from './operations/policies.ts';
import * as rotation from './operations/rotation.ts';
import * as signatures from './operations/signatures.ts';
import { ListResourceTags, TagResource, UntagResource } from './operations/tags.ts';
import { Alias } from './resources/Alias.ts';
import { Key } from './resources/Key.ts';

const enclave = { refused: 'there are no Nitro enclaves.' };
const stores = { refused: 'key material is made by KMS; there are no custom key stores.' };

/** Keys that never leave it in the clear ("AWS KMS concepts"); their material is sealed under a root key in a file of its own. */
export default defineService({
  name: 'kms',
  actionPrefix: 'kms',
  operations: {
    ...keyOperations,
    ...aliasOperations,
    ...encryption,
    ...dataKeys,
    ...signatures,
    ...macs,
    ...policies,
    ...grantOperations,
    ...rotation,
    TagResource,
    UntagResource,
    ListResourceTags,
  },
  resources: [Key, Alias],
  authorization: authorize,
  start,
  usage: {
    calls: meterCall,
    standing,
    changedBy: ['CreateKey', 'ScheduleKeyDeletion', 'CancelKeyDeletion', 'RotateKeyOnDemand'],
  },
  fidelity: {
    'CreateKey.Description': 'stored',
    'UpdateKeyDescription.Description': 'stored',
    'CreateKey.CustomKeyStoreId': stores,
    'CreateKey.XksKeyId': stores,
    'GenerateRandom.CustomKeyStoreId': stores,
    'GenerateRandom.Recipient': enclave,
    'Decrypt.Recipient': enclave,
    'Decrypt.DryRunModifiers': { refused: 'a dry run decrypts as the real one would.' },
    'ReEncrypt.DryRunModifiers': { refused: 'a dry run decrypts as the real one would.' },
    'GenerateDataKey.Recipient': enclave,
    'GenerateDataKeyPair.Recipient': enclave,
    'DeriveSharedSecret.Recipient': enclave,
    'CreateGrant.Constraints.SourceArn': { refused: 'grants are constrained by the encryption context only.' },
    'CreateGrant.GranteeServicePrincipal': { refused: 'give the service in GranteePrincipal.' },
    'CreateGrant.RetiringServicePrincipal': { refused: 'give the service in RetiringPrincipal.' },
    'ListGrants.GranteeServicePrincipal': { refused: 'give the service in GranteePrincipal.' },
    'ListRetirableGrants.RetiringServicePrincipal': { refused: 'give the service in RetiringPrincipal.' },
    'ListKeyRotations.IncludeKeyMaterial': { refused: 'key material is not imported.' },
  },
});

function start(kernel: Kernel): Running {
  kernel.engine(appointments).arrange();
  return { stop: () => undefined };
}

import { defineService, type Kernel, type Running } from '../../kernel/service.ts';
import { authorize } from './authorization.ts';
import { deletions } from './behaviour/deletion.ts';
import * as listing from './operations/listing.ts';
import * as secretOperations from './operations/secrets.ts';
import * as tags from './operations/tags.ts';
import * as values from './operations/values.ts';
import { Secret } from './resources/Secret.ts';
import { secrets } from './state.ts';

const replication = 'a secret lives in one region; replicas are not done.';
const external = 'managed external secrets are not done.';

export default defineService({
  name: 'secretsmanager',
  actionPrefix: 'secretsmanager',
  operations: { ...secretOperations, ...values, ...listing, ...tags },
  resources: [Secret],
  authorization: authorize,
  start,
  fidelity: {
    'CreateSecret.AddReplicaRegions': { refused: replication },
    'CreateSecret.ForceOverwriteReplicaSecret': { refused: replication },
    'CreateSecret.Type': { refused: external },
    'UpdateSecret.Type': { refused: external },
    'CreateSecret.KmsKeyId': { refused: 'KMS is not done yet.' },
    'UpdateSecret.KmsKeyId': { refused: 'KMS is not done yet.' },
    'PutSecretValue.RotationToken': { refused: 'rotation from another account is not done.' },
  },
});

function start(kernel: Kernel): Running {
  const due = kernel.engine(deletions);
  for (const scope of kernel.store.scopes('secretsmanager.secrets'))
    for (const secret of secrets(kernel, scope).values()) due.schedule(secret);
  return { stop: () => undefined };
}

import { defineService, type Kernel, type Running } from '../../kernel/service.ts';
import { authorize } from './authorization.ts';
import { deletions } from './behaviour/deletion.ts';
import { rotations } from './behaviour/rotation.ts';
import { meterCall, standing } from './behaviour/usage.ts';
import * as listing from './operations/listing.ts';
import * as policies from './operations/policies.ts';
import * as rotation from './operations/rotation.ts';
import * as secretOperations from './operations/secrets.ts';
import * as tags from './operations/tags.ts';
import * as values from './operations/values.ts';
import * as versions from './operations/versions.ts';
import { ResourcePolicy } from './resources/ResourcePolicy.ts';
import { RotationSchedule } from './resources/RotationSchedule.ts';
import { Secret } from './resources/Secret.ts';
import { SecretTargetAttachment } from './resources/SecretTargetAttachment.ts';
import { type Secret as SecretRecord, secrets } from './state.ts';

const replication = 'a secret lives in one region; replicas are not done.';
const external = 'managed external secrets are not done.';

export default defineService({
  name: 'secretsmanager',
  actionPrefix: 'secretsmanager',
  operations: { ...secretOperations, ...values, ...listing, ...tags, ...versions, ...policies, ...rotation },
  resources: [Secret, ResourcePolicy, RotationSchedule, SecretTargetAttachment],
  authorization: authorize,
  dependencies: ['kms'],
  start,
  usage: { calls: meterCall, standing, changedBy: ['CreateSecret', 'DeleteSecret', 'RestoreSecret'] },
  fidelity: {
    'CreateSecret.AddReplicaRegions': { refused: replication },
    'CreateSecret.ForceOverwriteReplicaSecret': { refused: replication },
    'CreateSecret.Type': { refused: external },
    'UpdateSecret.Type': { refused: external },
    'RotateSecret.ExternalSecretRotationMetadata': { refused: external },
    'RotateSecret.ExternalSecretRotationRoleArn': { refused: external },
    'PutSecretValue.RotationToken': { refused: 'rotation from another account is not done.' },
  },
});

function start(kernel: Kernel): Running {
  for (const secret of everySecret(kernel)) kernel.engine(deletions).schedule(secret);
  // After every service has started: a rotation calls a function.
  kernel.clock.after(0, 'take up rotations', () => {
    for (const secret of everySecret(kernel)) kernel.engine(rotations).resume(secret);
  });
  return { stop: () => undefined };
}

function everySecret(kernel: Kernel): SecretRecord[] {
  return kernel.store.scopes('secretsmanager.secrets').flatMap((scope) => secrets(kernel, scope).values());
}

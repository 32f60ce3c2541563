import type { Kernel } from '../../../kernel/service.ts';
import type { Secret, SecretVersion } from '../state.ts';
import { forget } from './encryption.ts';

/** Versions kept, of which those without a staging label go first ("Secrets Manager quotas"). */
const mostVersions = 100;
const dayMs = 24 * 60 * 60_000;

export function withStage(secret: Secret, stage: string): SecretVersion | undefined {
  return secret.versions.find((version) => version.VersionStages.includes(stage));
}

export function versionOf(secret: Secret, VersionId: string): SecretVersion | undefined {
  return secret.versions.find((version) => version.VersionId === VersionId);
}

/**
 * The versions once `stage` is on `VersionId` alone. The version that AWSCURRENT leaves becomes AWSPREVIOUS
 * ("What's in a Secrets Manager secret?", Version). Undefined takes the stage off all.
 */
export function moveStage(versions: SecretVersion[], stage: string, VersionId: string | undefined): SecretVersion[] {
  const before = versions.find((version) => version.VersionStages.includes(stage));
  if (before?.VersionId === VersionId) return versions;
  const moved = versions.map((version) => {
    const others = version.VersionStages.filter((one) => one !== stage);
    return { ...version, VersionStages: version.VersionId === VersionId ? [...others, stage] : others };
  });
  return stage === 'AWSCURRENT' && before && VersionId !== undefined
    ? moveStage(moved, 'AWSPREVIOUS', before.VersionId)
    : moved;
}

/** The secret with the version added, or given its value if a rotation had made it empty, and its stages moved to it. */
export function withVersion(
  secret: Secret,
  added: { VersionId: string; KmsKeyId?: string | undefined; stages: string[]; nowMs: number },
): Secret {
  const { VersionId, KmsKeyId, stages, nowMs } = added;
  const first = !secret.versions.some((version) => version.KmsKeyId !== undefined);
  const existing = versionOf(secret, VersionId);
  let versions = existing
    ? secret.versions.map((version) => (version.VersionId === VersionId ? { ...version, KmsKeyId } : version))
    : [...secret.versions, { VersionId, VersionStages: [], createdMs: nowMs, KmsKeyId }];
  // "If this operation creates the first version for the secret then Secrets Manager automatically attaches AWSCURRENT".
  const wanted = first && KmsKeyId !== undefined ? [...new Set([...stages, 'AWSCURRENT'])] : stages;
  for (const stage of wanted) versions = moveStage(versions, stage, VersionId);
  return { ...secret, versions, changedMs: nowMs };
}

/** Versions without a label make room, once there are more than a hundred, unless they are less than a day old. */
export function dropDeprecated(kernel: Kernel, secret: Secret, nowMs: number): Secret {
  const surplus = secret.versions.length - mostVersions;
  if (surplus <= 0) return secret;
  const old = secret.versions
    .filter((version) => version.VersionStages.length === 0 && version.createdMs < nowMs - dayMs)
    .slice(0, surplus)
    .map((version) => version.VersionId);
  for (const VersionId of old) forget(kernel, secret, VersionId);
  return { ...secret, versions: secret.versions.filter((version) => !old.includes(version.VersionId)) };
}

/** VersionId → stages, as DescribeSecret and ListSecrets give them: only versions that have any. */
export function versionsToStages(secret: Secret): Record<string, string[]> | undefined {
  const staged = secret.versions.filter((version) => version.VersionStages.length > 0);
  if (staged.length === 0) return undefined;
  return Object.fromEntries(staged.map(({ VersionId, VersionStages }) => [VersionId, VersionStages]));
}

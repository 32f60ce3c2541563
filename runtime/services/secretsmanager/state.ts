import type { RotationRulesType } from '@aws-sdk/client-secrets-manager';
import { formatArn, parseArn } from '../../kernel/arn.ts';
import type { Context, Kernel } from '../../kernel/service.ts';
import type { Collection } from '../../kernel/store/collection.ts';
import type { Scope } from '../../kernel/store/store.ts';
import { markedForDeletion, secretNotFound } from './errors.ts';

/** A secret as described; its values are kept apart, sealed (behaviour/encryption.ts). */
export interface Secret {
  ARN: string;
  Name: string;
  account: string;
  region: string;
  Description?: string | undefined;
  KmsKeyId?: string | undefined;
  OwningService?: string | undefined;
  createdMs: number;
  changedMs: number;
  rotatedMs?: number | undefined;
  /** Midnight UTC of the day it was last read: that is as exact as AWS tells. */
  accessedMs?: number | undefined;
  /** When it is gone for good; only while marked for deletion. */
  deletionMs?: number | undefined;
  /** Oldest first. */
  versions: SecretVersion[];
  tags: Record<string, string>;
  ResourcePolicy?: string | undefined;
  RotationEnabled?: boolean | undefined;
  RotationLambdaARN?: string | undefined;
  RotationRules?: RotationRulesType | undefined;
  /** A rotation under way: the version it makes, how often it failed, when it is (next) tried. */
  rotating?: { VersionId: string; failures: number; dueMs: number } | undefined;
  /** The window of the next scheduled rotation. */
  nextRotation?: { startMs: number; endMs: number } | undefined;
}

export interface SecretVersion {
  VersionId: string;
  VersionStages: string[];
  createdMs: number;
  accessedMs?: number | undefined;
  /** Undefined while a rotation has made the version and not yet put a value. */
  KmsKeyId?: string | undefined;
}

export function secrets(kernel: Kernel, scope: Scope): Collection<Secret> {
  return kernel.store.collection<Secret>('secretsmanager.secrets', scope);
}

export function secretArn(region: string, account: string, name: string, suffix: string): string {
  return formatArn('secretsmanager', region, account, `secret:${name}-${suffix}`);
}

/**
 * The secret a SecretId names: its name, its whole ARN, or its ARN without the hyphen and six characters ("Finding a
 * secret from a partial ARN", User Guide). A partial ARN that itself ends like a whole one finds nothing, as on AWS.
 */
export function findSecret(ctx: Context, SecretId: string): Secret | undefined {
  const arn = parseArn(SecretId);
  if (arn?.service !== 'secretsmanager') return secrets(ctx, ctx).get(SecretId);
  if (arn.region !== ctx.region) return undefined;
  const held = secrets(ctx, { account: arn.account, region: arn.region });
  const rest = arn.resource.replace(/^secret:/, '');
  const whole = /^(.+)-[A-Za-z0-9]{6}$/.exec(rest);
  if (!whole) return held.get(rest);
  const secret = held.get(whole[1] ?? '');
  return secret?.ARN === SecretId ? secret : undefined;
}

/** The secret, whether or not it is marked for deletion. */
export function anySecret(ctx: Context, SecretId: string | undefined): Secret {
  const secret = findSecret(ctx, SecretId ?? '');
  if (!secret) throw secretNotFound();
  return secret;
}

export function secretAt(ctx: Context, SecretId: string | undefined): Secret {
  const secret = anySecret(ctx, SecretId);
  if (secret.deletionMs !== undefined) throw markedForDeletion();
  return secret;
}

/** Keeps what a change makes of the secret as it is at this moment; for use after anything was awaited. */
export function change(ctx: Kernel, { account, region, Name }: Secret, make: (now: Secret) => Secret): Secret {
  const held = secrets(ctx, { account, region });
  const now = held.get(Name);
  if (!now) throw secretNotFound();
  const changed = make(now);
  held.put(Name, changed);
  return changed;
}

import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { type Secret, secrets } from '../state.ts';
import { forget } from './encryption.ts';

/** The end of each secret's recovery window. */
export const deletions = defineEngine('secretsmanager.deletions', (kernel) => {
  const timers = new Map<string, { cancel(): void }>();
  const cancel = (secret: Secret): void => {
    timers.get(secret.ARN)?.cancel();
    timers.delete(secret.ARN);
  };
  return {
    cancel,
    schedule(secret: Secret): void {
      cancel(secret);
      if (secret.deletionMs === undefined) return;
      const due = (): void => {
        timers.delete(secret.ARN);
        const now = secrets(kernel, secret).get(secret.Name);
        if (now?.ARN === secret.ARN && now.deletionMs !== undefined) remove(kernel, now);
      };
      timers.set(
        secret.ARN,
        kernel.clock.at(secret.deletionMs, `deletion of secret ${secret.Name}`, due, { kind: 'expiry' }),
      );
    },
    stop(): void {
      for (const timer of timers.values()) timer.cancel();
    },
  };
});

export function remove(kernel: Kernel, secret: Secret): void {
  for (const { VersionId } of secret.versions) forget(kernel, secret, VersionId);
  secrets(kernel, secret).delete(secret.Name);
}

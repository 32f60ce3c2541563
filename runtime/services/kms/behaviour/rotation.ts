import { hash } from 'node:crypto';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { aliases, aliasesOf, grants, grantsOf, type Key, keep, keys } from '../state.ts';
import { forgetMaterial, sealMaterial } from './material.ts';

export const yearDays = 365;
export const dayMs = 24 * 60 * 60_000;
export const yearMs = yearDays * dayMs;

/** New material for what is encrypted from now on; what is older still opens with the older ones ("Rotating AWS KMS keys"). */
export function rotate(kernel: Kernel, key: Key, RotationType: 'AUTOMATIC' | 'ON_DEMAND'): Key {
  const material = Buffer.from(kernel.ids.hex(64), 'hex');
  const sealed = [...key.sealed, sealMaterial(kernel, key.KeyId, { index: key.sealed.length, material })];
  return keep(kernel, {
    ...key,
    sealed,
    rotations: [...key.rotations, { rotatedMs: kernel.clock.now(), RotationType }],
  });
}

/** How AWS names one of a key's materials: 64 hexadecimal characters that say nothing of it. */
export function materialId(key: Key, index = key.sealed.length - 1): string {
  return hash('sha256', `${key.KeyId}:${index}`);
}

/** One timer for whatever of all keys is due next; `arrange` looks again after a key has changed. */
export const appointments = defineEngine('kms.appointments', (kernel) => {
  let timer: { atMs: number; cancel(): void } | undefined;
  const arrange = (): void => {
    const nextMs = nextDue(kernel);
    if (timer?.atMs === nextMs) return;
    timer?.cancel();
    timer = undefined;
    if (nextMs === undefined) return;
    timer = kernel.clock.at(
      nextMs,
      'rotation and deletion of KMS keys',
      () => {
        timer = undefined;
        keepAppointments(kernel);
        arrange();
      },
      { kind: 'rotation' },
    );
  };
  return { arrange, stop: () => timer?.cancel() };
});

function nextDue(kernel: Kernel): number | undefined {
  let nextMs: number | undefined;
  for (const scope of kernel.store.scopes('kms.keys')) {
    for (const key of keys(kernel, scope).values()) {
      const dueMs = dueOf(key);
      if (dueMs !== undefined && (nextMs === undefined || dueMs < nextMs)) nextMs = dueMs;
    }
  }
  return nextMs;
}

/** A key that is disabled is not rotated; when it is enabled again and its turn has passed, that happens at once. */
function dueOf(key: Key): number | undefined {
  if (key.KeyState === 'PendingDeletion') return key.deletionMs;
  return key.KeyState === 'Enabled' ? key.rotation?.nextMs : undefined;
}

function keepAppointments(kernel: Kernel): void {
  const nowMs = kernel.clock.now();
  for (const scope of kernel.store.scopes('kms.keys')) {
    for (const key of keys(kernel, scope).values()) {
      if ((dueOf(key) ?? Number.POSITIVE_INFINITY) > nowMs) continue;
      if (key.KeyState === 'PendingDeletion') forget(kernel, key);
      else if (key.rotation) rotateOnTime(kernel, key, key.rotation.periodDays);
    }
  }
}

function rotateOnTime(kernel: Kernel, key: Key, periodDays: number): void {
  const rotated = rotate(kernel, key, 'AUTOMATIC');
  keep(kernel, { ...rotated, rotation: { periodDays, nextMs: kernel.clock.now() + periodDays * dayMs } });
}

/** With all that belonged to it; what it encrypted cannot be opened any more. */
function forget(kernel: Kernel, key: Key): void {
  for (const alias of aliasesOf(kernel, key)) aliases(kernel, key).delete(alias.AliasName);
  for (const grant of grantsOf(kernel, key)) grants(kernel, key).delete(grant.GrantId);
  forgetMaterial(kernel, key);
  keys(kernel, key).delete(key.KeyId);
}

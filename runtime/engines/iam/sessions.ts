import { hasExpired, type IssuedCredentials } from '../../kernel/authorizer.ts';
import { defineEngine } from '../../kernel/engine.ts';
import type { Principal } from '../../kernel/principal.ts';
import { accessKeyIds } from './access-key-ids.ts';

/** More sessions than this machine can have at work; the one that expires first makes room. */
const LIMIT = 20_000;
const SWEEP_EVERY = 100;

export type Session = IssuedCredentials & { sessionToken: string; expiresMs: number };

/** Temporary credentials, kept in the store so that workloads go on after a restart, and dropped once expired. */
export interface Sessions {
  issue<P extends Principal>(
    principal: P,
    durationSeconds: number,
    lives?: 'cloud' | 'machine',
  ): Session & { principal: P };
  get(accessKeyId: string): Session | undefined;
}

export const sessions = defineEngine<Sessions>('iam-sessions', (kernel) => {
  const { store, clock, ids } = kernel;
  const records = store.collection<Session>('iam.sessions', { account: '', region: '' });
  let issued = 0;
  const makeRoom = (): void => {
    for (const [id, session] of records.entries()) if (hasExpired(clock, session)) records.delete(id);
    const surplus = records.size - LIMIT;
    if (surplus < 0) return;
    const soonest = records.values().sort((a, b) => a.expiresMs - b.expiresMs);
    for (const { accessKeyId } of soonest.slice(0, surplus + SWEEP_EVERY)) records.delete(accessKeyId);
  };
  return {
    issue(principal, durationSeconds, lives = 'cloud') {
      const nowMs = lives === 'machine' ? clock.now() - clock.offset() : clock.now();
      if (issued++ % SWEEP_EVERY === 0) makeRoom();
      const session = {
        accessKeyId: kernel.engine(accessKeyIds).issue('ASIA'),
        secretAccessKey: ids.secret(40),
        sessionToken: ids.secret(172),
        principal,
        // STS speaks in whole seconds.
        expiresMs: (Math.floor(nowMs / 1000) + durationSeconds) * 1000,
        ...(lives === 'machine' ? { lives } : {}),
      };
      records.put(session.accessKeyId, session);
      return session;
    },
    get: (accessKeyId) => records.get(accessKeyId),
  };
});

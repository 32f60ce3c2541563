import { createHmac } from 'node:crypto';
import { defineEngine } from '../../kernel/engine.ts';

/**
 * Ids of access keys end in four characters that only this cloud can make. So a key that was deleted, or a session long
 * expired and forgotten, is still known to be ours and refused, instead of passing for an unknown key, which is root.
 */
export interface AccessKeyIds {
  /** AKIA: of a user. ASIA: of a session. */
  issue(prefix: 'AKIA' | 'ASIA'): string;
  isOurs(accessKeyId: string): boolean;
}

export const accessKeyIds = defineEngine<AccessKeyIds>('iam-access-key-ids', ({ store, ids }) => {
  const secrets = store.collection<{ secret: string }>('iam.accessKeySecret', { account: '', region: '' });
  const secret = secrets.get('secret')?.secret ?? ids.secret(43);
  if (!secrets.has('secret')) secrets.put('secret', { secret });
  return {
    issue: (prefix) => {
      const start = `${prefix}${ids.upper(12)}`;
      return start + check(start, secret);
    },
    isOurs: (id) => /^A[KS]IA[A-Z2-7]{16}$/.test(id) && check(id.slice(0, 16), secret) === id.slice(16),
  };
});

function check(start: string, secret: string): string {
  const digest = createHmac('sha256', secret).update(start).digest();
  return [...digest.subarray(0, 4)].map((byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte & 31]).join('');
}

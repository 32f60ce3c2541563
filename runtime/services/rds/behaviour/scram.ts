import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import type { Ids } from '../../../kernel/ids.ts';

/** A password as PostgreSQL itself keeps it (RFC 5803), so that nobody has to keep the password. */
export function scramVerifier(ids: Ids, password: string): string {
  const salt = Buffer.from(ids.hex(32), 'hex');
  const salted = pbkdf2Sync(password, salt, 4096, 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const storedKey = createHash('sha256').update(clientKey).digest('base64');
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64');
  return `SCRAM-SHA-256$4096:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

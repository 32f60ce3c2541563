import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Database } from '../../../shared/data/database.ts';
import type { HttpRequest } from '../../../shared/http/answer.ts';

export type Session = { email: string; csrfToken: string; tokenHash: string };

const sessionHours = 12;
/** `__Host-`: only ever sent over TLS to this very host ("Cookies: HTTP State Management Mechanism", 4.1.3.2). */
const sessionCookie = '__Host-session';

export async function openSession(database: Database, { email, now }: { email: string; now: Date }): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await database.write(async (db) => {
    await db.deleteFrom('sessions').where('expires_at', '<', now).execute();
    await db
      .insertInto('sessions')
      .values({
        token_hash: hashOf(token),
        email,
        csrf_token: randomBytes(32).toString('base64url'),
        expires_at: new Date(now.getTime() + sessionHours * 3_600_000),
      })
      .execute();
  });
  return setCookie(sessionCookie, token, { maxAgeSeconds: sessionHours * 3600, sameSite: 'Lax' });
}

export async function sessionOf(request: HttpRequest, database: Database, now: Date): Promise<Session | undefined> {
  const token = cookieOf(request, sessionCookie);
  if (!token) return undefined;
  const row = await database.read((db) =>
    db.selectFrom('sessions').selectAll().where('token_hash', '=', hashOf(token)).executeTakeFirst(),
  );
  if (!row || row.expires_at <= now) return undefined;
  return { email: row.email, csrfToken: row.csrf_token, tokenHash: row.token_hash };
}

export async function closeSession(database: Database, { tokenHash }: Session): Promise<string> {
  await database.write((db) => db.deleteFrom('sessions').where('token_hash', '=', tokenHash).execute());
  return setCookie(sessionCookie, '', { maxAgeSeconds: 0, sameSite: 'Lax' });
}

export type CookieOptions = { maxAgeSeconds: number; sameSite: 'Lax' | 'Strict' };

/** The session is `Lax` and not `Strict`: the bucket that took a picture sends the browser back to us. */
export function setCookie(name: string, value: string, { maxAgeSeconds, sameSite }: CookieOptions): string {
  return `${name}=${value}; Path=/; Max-Age=${maxAgeSeconds}; Secure; HttpOnly; SameSite=${sameSite}`;
}

export function cookieOf({ headers }: HttpRequest, name: string): string | undefined {
  for (const pair of (headers.cookie ?? '').split(';')) {
    const [key = '', ...value] = pair.trim().split('=');
    if (key === name) return value.join('=');
  }
  return undefined;
}

/** Compares in the same time wherever the first difference is. */
export function sameText(one: string, other: string): boolean {
  return timingSafeEqual(createHash('sha256').update(one).digest(), createHash('sha256').update(other).digest());
}

/** The database holds only hashes: who reads it cannot sign in with what is there. */
function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

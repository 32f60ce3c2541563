import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { SecretReader } from '../../../shared/data/credentials.ts';
import type { Database } from '../../../shared/data/database.ts';
import { insertIfAbsent } from '../../../shared/data/insert-if-absent.ts';
import { hashPassword, passwordFits } from './passwords.ts';

/** The admin whom the secret names, as JSON `{email, password}`, can sign in; a changed secret changes the password. */
export async function firstAdmin(
  database: Database,
  { secrets, secretId }: { secrets: SecretReader; secretId: string },
): Promise<void> {
  const { SecretString = '{}' } = await secrets.send(new GetSecretValueCommand({ SecretId: secretId }));
  const { email, username, password } = JSON.parse(SecretString) as Record<string, unknown>;
  const name = String(email ?? username ?? '').toLowerCase();
  if (name === '' || typeof password !== 'string' || password === '') {
    throw new Error('The secret ADMIN_SECRET_ID names must be JSON with email and password.');
  }
  const known = await database.read((db) =>
    db.selectFrom('admins').selectAll().where('email', '=', name).executeTakeFirst(),
  );
  if (known && (await passwordFits(password, known.password_hash))) return;
  const password_hash = await hashPassword(password);
  await database.write(async (db) => {
    const row = { email: name, password_hash };
    await insertIfAbsent(db, { engine: database.engine, table: 'admins', rows: [row] });
    if (!known) return;
    await db.updateTable('admins').set({ password_hash }).where('email', '=', name).execute();
    await db.deleteFrom('sessions').where('email', '=', name).execute();
  });
}

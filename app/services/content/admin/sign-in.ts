import { randomBytes, randomUUID } from 'node:crypto';
import type { Database } from '../../../shared/data/database.ts';
import { html } from '../../../shared/html.ts';
import type { Answer, HttpRequest } from '../../../shared/http/answer.ts';
import { readForm } from '../../../shared/http/body.ts';
import type { Content } from '../routes.ts';
import { adminPage, redirectTo } from './page.ts';
import { passwordFits } from './passwords.ts';
import { cookieOf, openSession, sameText, setCookie } from './sessions.ts';

/** Within a quarter of an hour: so many wrong passwords for one name, and so many from one address. */
const limits = { windowMs: 15 * 60_000, ofName: 5, ofAddress: 20 };
const formCookie = '__Host-sign-in';

export function showSignIn(_: HttpRequest, __: Content, options: { wrong?: string; status?: number } = {}): Answer {
  const token = randomBytes(24).toString('base64url');
  const main = html`<form class="sign-in" method="post" action="/admin/sign-in">
    <h1>The restaurant’s desk</h1>
    ${options.wrong && html`<p class="notice" role="alert">${options.wrong}</p>`}
    <input type="hidden" name="token" value="${token}">
    <div class="field"><label for="email">E-mail</label>
      <input id="email" name="email" type="email" autocomplete="username" maxlength="254" required></div>
    <div class="field"><label for="password">Password</label>
      <input id="password" name="password" type="password" autocomplete="current-password" maxlength="200" required></div>
    <button class="button" type="submit">Sign in</button>
  </form>`;
  const page = adminPage({ title: 'Sign in', main, status: options.status ?? 200 });
  return {
    ...page,
    headers: {
      ...page.headers,
      'set-cookie': setCookie(formCookie, token, { maxAgeSeconds: 3600, sameSite: 'Strict' }),
    },
  };
}

/** `POST /admin/sign-in`. The form's token and the cookie's must agree: another site can set neither. */
export async function signIn(request: HttpRequest, content: Content): Promise<Answer> {
  const { database, now = () => new Date() } = content;
  const form = await readForm(request);
  const token = cookieOf(request, formCookie) ?? '';
  if (token === '' || !sameText(token, form.get('token') ?? '')) {
    return showSignIn(request, content, { wrong: 'The form had grown old. Please try once more.', status: 403 });
  }
  const email = (form.get('email') ?? '').trim().toLowerCase().slice(0, 254);
  const password = (form.get('password') ?? '').slice(0, 200);
  const at = now();
  const subjects = { name: `name ${email}`, address: `address ${request.address.slice(0, 60)}` };
  if (await isLimited(database, subjects, at)) {
    request.log.warn('sign-in limited', { address: request.address });
    const wrong = 'Too many wrong passwords. Please wait a quarter of an hour.';
    return showSignIn(request, content, { wrong, status: 429 });
  }
  const admin = await database.read((db) =>
    db.selectFrom('admins').selectAll().where('email', '=', email).executeTakeFirst(),
  );
  if (!(await passwordFits(password, admin?.password_hash))) {
    await rememberFailure(database, subjects, at);
    request.log.warn('sign-in refused', { address: request.address });
    return showSignIn(request, content, { wrong: 'That e-mail and password do not go together.', status: 401 });
  }
  await database.write((db) => db.deleteFrom('sign_in_failures').where('subject', '=', subjects.name).execute());
  request.log.info('signed in');
  return redirectTo('/admin/orders', { 'set-cookie': await openSession(database, { email, now: at }) });
}

type Subjects = { name: string; address: string };

async function isLimited(database: Database, { name, address }: Subjects, now: Date): Promise<boolean> {
  const since = new Date(now.getTime() - limits.windowMs);
  const rows = await database.read((db) =>
    db
      .selectFrom('sign_in_failures')
      .select((e) => ['subject', e.fn.countAll().as('failures')])
      .where('subject', 'in', [name, address])
      .where('failed_at', '>', since)
      .groupBy('subject')
      .execute(),
  );
  return rows.some(
    ({ subject, failures }) => Number(failures) >= (subject === name ? limits.ofName : limits.ofAddress),
  );
}

async function rememberFailure(database: Database, subjects: Subjects, failed_at: Date): Promise<void> {
  const rows = Object.values(subjects).map((subject) => ({ id: randomUUID(), subject, failed_at }));
  await database.write(async (db) => {
    const old = new Date(failed_at.getTime() - limits.windowMs);
    await db.deleteFrom('sign_in_failures').where('failed_at', '<', old).execute();
    await db.insertInto('sign_in_failures').values(rows).execute();
  });
}

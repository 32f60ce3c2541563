import { html } from '../../../shared/html.ts';
import type { Answer, HttpRequest, Route } from '../../../shared/http/answer.ts';
import { readForm } from '../../../shared/http/body.ts';
import { Problem, problemTypes } from '../../../shared/problem.ts';
import type { Content } from '../routes.ts';
import { addPicture, showPictures, startPicture } from './images.ts';
import { changeDish, listDishes } from './menu-editor.ts';
import { listOrders, setOrderStatus } from './orders.ts';
import { adminPage, redirectTo } from './page.ts';
import { changePage, listPages, makePage, showEditor } from './page-editor.ts';
import { changeReservation, listReservations } from './reservations.ts';
import { closeSession, type Session, sameText, sessionOf } from './sessions.ts';
import { showSignIn, signIn } from './sign-in.ts';

/** What a page of the desk works with: somebody is signed in, and a form has proved that it came from us. */
export type Desk = Required<Content> & { request: HttpRequest; session: Session; form: URLSearchParams };

type DeskPage = (desk: Desk) => Promise<Answer> | Answer;

export function adminRoutes(content: Content): Route[] {
  const get = (page: DeskPage) => (request: HttpRequest) => deskPage(request, { content, page });
  const post = (page: DeskPage) => (request: HttpRequest) => deskPage(request, { content, page, changes: true });
  return [
    {
      pattern: /^\/admin\/sign-in$/,
      methods: { GET: (request) => showSignIn(request, content), POST: (request) => signIn(request, content) },
    },
    { pattern: /^\/admin\/sign-out$/, methods: { POST: post(signOut) } },
    { pattern: /^\/admin\/?$/, methods: { GET: () => redirectTo('/admin/orders') } },
    { pattern: /^\/admin\/orders$/, methods: { GET: get(listOrders) } },
    { pattern: /^\/admin\/orders\/([^/]+)$/, methods: { POST: post(setOrderStatus) } },
    { pattern: /^\/admin\/reservations$/, methods: { GET: get(listReservations) } },
    { pattern: /^\/admin\/reservations\/([^/]+)$/, methods: { POST: post(changeReservation) } },
    { pattern: /^\/admin\/menu$/, methods: { GET: get(listDishes) } },
    { pattern: /^\/admin\/menu\/([^/]+)$/, methods: { POST: post(changeDish) } },
    { pattern: /^\/admin\/pages$/, methods: { GET: get(listPages), POST: post(makePage) } },
    { pattern: /^\/admin\/pages\/([^/]+)$/, methods: { GET: get(showEditor), POST: post(changePage) } },
    { pattern: /^\/admin\/images$/, methods: { GET: get(showPictures), POST: post(startPicture) } },
    { pattern: /^\/admin\/images\/added$/, methods: { GET: get(addPicture) } },
  ];
}

async function deskPage(
  request: HttpRequest,
  { content, page, changes = false }: { content: Content; page: DeskPage; changes?: boolean },
): Promise<Answer> {
  const now = content.now ?? (() => new Date());
  const session = await sessionOf(request, content.database, now());
  if (!session) return redirectTo('/admin/sign-in');
  const form = changes ? await readForm(request) : new URLSearchParams();
  if (changes && !sameText(session.csrfToken, form.get('csrf') ?? '')) {
    const main = html`<h1>That did not come from this desk</h1><p>Nothing was changed. <a href="/admin/orders">Back</a></p>`;
    return adminPage({ title: 'Refused', main, session, status: 403 });
  }
  try {
    return await page({ ...content, now, request, session, form });
  } catch (error) {
    if (error instanceof Problem) return refused(error, session);
    throw error;
  }
}

/** The desk is for people: a refusal is a page, with the way back. */
function refused(problem: Problem, session: Session): Answer {
  const { status, title } = problemTypes[problem.problem];
  const main = html`<h1>${title}</h1><div class="notice" role="alert"><p>${problem.message}</p>
    ${problem.errors.map(({ field, detail }) => html`<p>${field}: ${detail}</p>`)}</div>
    <p>Nothing was changed. Your browser’s Back button returns to what you wrote.</p>`;
  return adminPage({ title, main, session, status });
}

async function signOut({ database, session }: Desk): Promise<Answer> {
  return redirectTo('/admin/sign-in', { 'set-cookie': await closeSession(database, session) });
}

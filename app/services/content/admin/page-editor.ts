import { isDuplicate } from '../../../shared/data/database-errors.ts';
import { html } from '../../../shared/html.ts';
import type { Answer } from '../../../shared/http/answer.ts';
import { renderMarkdown } from '../../../shared/markdown.ts';
import { Problem } from '../../../shared/problem.ts';
import { adminPage, csrf, redirectTo } from './page.ts';
import type { Desk } from './routes.ts';

const limits = { title: 120, text: 20_000, slug: 60 };

export async function listPages({ database, session }: Desk): Promise<Answer> {
  const pages = await database.read((db) => db.selectFrom('pages').selectAll().orderBy('slug').execute());
  const main = html`<h1>Pages</h1>
    <ul class="desk-list">${pages.map(
      ({
        slug,
        title,
        draft,
        published,
      }) => html`<li class="desk-card"><h2><a href="/admin/pages/${slug}">${title}</a></h2>
        <p class="fact">/pages/${slug} · ${published === null ? 'draft' : published === draft ? 'published' : 'published, with changes waiting'}</p></li>`,
    )}</ul>
    <form class="desk-card" method="post" action="/admin/pages">${csrf(session)}<h2>A new page</h2>
      <div class="field"><label for="title">Title</label><input id="title" name="title" maxlength="${limits.title}" required></div>
      <button class="button small" type="submit">Start writing</button></form>`;
  return adminPage({ title: 'Pages', main, session, section: 'pages' });
}

/** `POST /admin/pages` with `title`: an empty draft, at an address made of its title. */
export async function makePage({ database, form, now }: Desk): Promise<Answer> {
  const title = readTitle(form);
  const slug = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, limits.slug);
  if (slug === '') throw invalid('title', 'A title needs a letter or a figure.');
  const row = { slug, title, draft: '', published: null, published_title: null, updated_at: now(), published_at: null };
  try {
    await database.write((db) => db.insertInto('pages').values(row).execute());
  } catch (error) {
    if (!isDuplicate(error)) throw error;
  }
  return redirectTo(`/admin/pages/${slug}`);
}

export async function showEditor({ database, session, request }: Desk): Promise<Answer> {
  const slug = request.parameter;
  const page = await database.read((db) =>
    db.selectFrom('pages').selectAll().where('slug', '=', slug).executeTakeFirst(),
  );
  if (!page) throw new Problem('page-not-found', { detail: `We have no page ${slug.slice(0, 60)}.` });
  const main = html`<h1>${page.title}</h1>
    <p class="fact">${page.published === null ? 'Not on the site yet.' : html`On the site at <a href="/pages/${slug}">/pages/${slug}</a>.`}</p>
    <div class="editor"><form method="post" action="/admin/pages/${slug}">${csrf(session)}
      <div class="field"><label for="title">Title</label><input id="title" name="title" value="${page.title}" maxlength="${limits.title}" required></div>
      <div class="field"><label for="draft">Text</label>
        <textarea id="draft" name="draft" rows="18" maxlength="${limits.text}" aria-describedby="draft-hint">${page.draft}</textarea>
        <p class="hint" id="draft-hint">An empty line parts paragraphs. ## heading, - list, **bold**, *emphasis*, [words](/address), ![what it shows](/media/picture.png)</p></div>
      <div class="form-actions">
        <button class="button" type="submit" name="do" value="publish">Save and publish</button>
        <button class="button second" type="submit" name="do" value="save">Save the draft</button>
        ${page.published !== null && html`<button class="quiet" type="submit" name="do" value="withdraw">Take it off the site</button>`}
      </div></form>
      <section class="preview prose" aria-label="Preview of the draft">${renderMarkdown(page.draft)}</section></div>`;
  return adminPage({ title: page.title, main, session, section: 'pages' });
}

/** `POST /admin/pages/{slug}`: keeps the draft; `do` says whether the site shows it from now on. */
export async function changePage({ database, request, form, now }: Desk): Promise<Answer> {
  const slug = request.parameter;
  const title = readTitle(form);
  const draft = form.get('draft') ?? '';
  if (draft.length > limits.text) throw invalid('draft', `At most ${limits.text} characters.`);
  const shown = {
    publish: { published: draft, published_title: title, published_at: now() },
    withdraw: { published: null, published_title: null, published_at: null },
    save: {},
  };
  const action = form.get('do') ?? 'save';
  if (!Object.hasOwn(shown, action)) throw invalid('do', 'Save, publish or withdraw.');
  const values = { title, draft, updated_at: now(), ...shown[action as keyof typeof shown] };
  const { numUpdatedRows } = await database.write((db) =>
    db.updateTable('pages').set(values).where('slug', '=', slug).executeTakeFirst(),
  );
  if (numUpdatedRows === 0n) throw new Problem('page-not-found', { detail: `We have no page ${slug.slice(0, 60)}.` });
  request.log.info('page changed', { slug, action });
  return redirectTo(`/admin/pages/${slug}`);
}

function readTitle(form: URLSearchParams): string {
  const title = (form.get('title') ?? '').trim();
  if (title !== '' && title.length <= limits.title) return title;
  throw invalid('title', `A title of 1 to ${limits.title} characters.`);
}

function invalid(field: string, detail: string): Problem {
  return new Problem('invalid-content', { detail, errors: [{ field, detail }] });
}

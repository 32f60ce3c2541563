import type { Kysely } from 'kysely';
import type { Tables } from '../../shared/data/schema.ts';
import { html } from '../../shared/html.ts';
import type { Answer, HttpRequest } from '../../shared/http/answer.ts';
import { cacheable } from '../../shared/http/caching.ts';
import { renderMarkdown } from '../../shared/markdown.ts';
import { Problem } from '../../shared/problem.ts';
import { document } from './document.ts';
import { type Reader, staleHeaders } from './last-copy.ts';

const json = 'application/json; charset=utf-8';

/** `GET /api/content/pages`: what the site's navigation offers. */
export async function listPages(request: HttpRequest, reader: Reader): Promise<Answer> {
  const copy = await reader('pages', published);
  return cacheable(request, { body: JSON.stringify({ pages: copy.value }), type: json }, staleHeaders(copy));
}

/** `GET /api/content/pages/{slug}`: the published text as safe HTML. */
export async function readPage(request: HttpRequest, reader: Reader): Promise<Answer> {
  const { page, headers } = await find(request.parameter, reader);
  if (!page) throw new Problem('page-not-found', { detail: `We have no page ${request.parameter.slice(0, 60)}.` });
  const { slug, title, text, publishedAt } = page;
  const body = JSON.stringify({ slug, title, html: renderMarkdown(text).text, publishedAt });
  return cacheable(request, { body, type: json }, headers);
}

/** `GET /pages/{slug}`: the same as a page for people. */
export async function showPage(request: HttpRequest, reader: Reader): Promise<Answer> {
  const [{ page, headers }, pages] = await Promise.all([find(request.parameter, reader), reader('pages', published)]);
  if (!page) return noPage(pages.value);
  const main = html`<main class="view prose" id="main">
    ${headers['x-served-from'] && html`<p class="notice" role="status">This is the copy we kept: the office cannot be reached just now.</p>`}
    <h1>${page.title}</h1>
    ${renderMarkdown(page.text)}
  </main>`;
  const body = document({ title: page.title, pages: pages.value, main, current: page.slug });
  return cacheable(request, { body, type: htmlType }, headers);
}

/** Any other address: nothing is there, and the page that says so has the ways on. */
export async function showNoPage(_: HttpRequest, reader: Reader): Promise<Answer> {
  return noPage((await reader('pages', published)).value);
}

function noPage(pages: PageTitle[]): Answer {
  const body = document({ title: 'Not here', pages, main: notHere });
  return { status: 404, headers: { 'content-type': htmlType, 'cache-control': 'public, max-age=10' }, body };
}

const htmlType = 'text/html; charset=utf-8';

const notHere = html`<main class="view" id="main"><div class="sorry">
  <img src="/images/adrift.svg" width="200" height="140" alt="">
  <h1>Gone out with the tide</h1>
  <p>There is no page at this address. The kitchen is where it always was.</p>
  <a class="button" href="/">Back to the slip</a>
</div></main>`;

async function find(slug: string, reader: Reader) {
  const copy = await reader(`page ${slug}`, async (db) => {
    const row = await db.selectFrom('pages').selectAll().where('slug', '=', slug).executeTakeFirst();
    if (!row || row.published === null) return undefined;
    return {
      slug,
      title: row.published_title ?? row.title,
      text: row.published,
      publishedAt: row.published_at?.toISOString(),
    };
  });
  return { page: copy.value, headers: staleHeaders(copy) };
}

type PageTitle = { slug: string; title: string };

async function published(db: Kysely<Tables>): Promise<PageTitle[]> {
  const rows = await db
    .selectFrom('pages')
    .select(['slug', 'published_title'])
    .where('published', 'is not', null)
    .orderBy('slug')
    .execute();
  return rows.map(({ slug, published_title }) => ({ slug, title: published_title ?? slug }));
}

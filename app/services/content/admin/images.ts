// A picture goes from the browser straight to the bucket, by a form that we sign for this one object, type and size; the
// bucket then sends the browser back here, and only then the picture is in the list.
import { randomUUID } from 'node:crypto';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { insertIfAbsent } from '../../../shared/data/insert-if-absent.ts';
import { html } from '../../../shared/html.ts';
import type { Answer } from '../../../shared/http/answer.ts';
import { Problem } from '../../../shared/problem.ts';
import { adminPage, csrf, redirectTo } from './page.ts';
import type { Desk } from './routes.ts';

/** No SVG: it may carry scripts. */
const types: Record<string, string> = { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp' };
const pictureBytes = 5 * 1024 * 1024;

export async function showPictures({ database, session }: Desk): Promise<Answer> {
  const images = await database.read((db) =>
    db.selectFrom('images').selectAll().orderBy('created_at', 'desc').limit(200).execute(),
  );
  const main = html`<h1>Pictures</h1>
    <form class="desk-card" method="post" action="/admin/images">${csrf(session)}<h2>A new picture</h2>
      <div class="field"><label for="alt">What it shows</label><input id="alt" name="alt" maxlength="200" required></div>
      <fieldset class="choices"><legend>Kind</legend>${Object.entries(types).map(
        ([type, ending], index) =>
          html`<label class="check"><input type="radio" name="type" value="${type}"${index === 0 && html` checked`}> ${ending.toUpperCase()}</label>`,
      )}</fieldset>
      <button class="button small" type="submit">Choose the file</button></form>
    <ul class="desk-list">${images.map(
      ({ object_key, alt }) => html`<li class="desk-card"><img src="/${object_key}" alt="${alt}" loading="lazy">
        <p class="fact"><code>![${alt}](/${object_key})</code></p></li>`,
    )}</ul>`;
  return adminPage({ title: 'Pictures', main, session, section: 'images' });
}

/** `POST /admin/images` with `alt` and `type`: the form that sends the file to the bucket. */
export async function startPicture({ form, session, s3, mediaBucket, siteUrl }: Desk): Promise<Answer> {
  const type = form.get('type') ?? '';
  const ending = types[type];
  const alt = (form.get('alt') ?? '').trim();
  if (!ending || alt === '' || alt.length > 200) {
    throw new Problem('invalid-content', { detail: 'Say what the picture shows, and which kind it is.' });
  }
  const Key = `media/${randomUUID()}.${ending}`;
  const back = new URL('/admin/images/added', siteUrl);
  back.searchParams.set('alt', alt);
  const { url, fields } = await createPresignedPost(s3, {
    Bucket: mediaBucket,
    Key,
    Expires: 600,
    Fields: {
      'Content-Type': type,
      'Cache-Control': 'public, max-age=31536000, immutable',
      success_action_redirect: back.href,
    },
    Conditions: [['content-length-range', 1, pictureBytes]],
  });
  const main = html`<h1>The file</h1>
    <form class="desk-card" method="post" action="${url}" enctype="multipart/form-data">
      ${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
      <div class="field"><label for="file">“${alt}”, ${ending.toUpperCase()}, at most 5 MB</label><input id="file" name="file" type="file" accept="${type}" required></div>
      <button class="button" type="submit">Upload</button></form>`;
  return adminPage({ title: 'The file', main, session, section: 'images', uploadOrigin: new URL(url).origin });
}

/** `GET /admin/images/added?key=…&alt=…`, where the bucket sends the browser: listed only if the object is there. */
export async function addPicture({ database, request, s3, mediaBucket, now }: Desk): Promise<Answer> {
  const key = request.query.get('key') ?? '';
  if (!/^media\/[\w-]{36}\.(?:jpg|png|webp)$/.test(key)) throw notThere();
  await s3.send(new HeadObjectCommand({ Bucket: mediaBucket, Key: key })).catch((error: Error) => {
    throw error.name === 'NotFound' ? notThere() : error;
  });
  const row = { object_key: key, alt: (request.query.get('alt') ?? '').slice(0, 200), created_at: now() };
  await database.write((db) => insertIfAbsent(db, { engine: database.engine, table: 'images', rows: [row] }));
  return redirectTo('/admin/images');
}

function notThere(): Problem {
  return new Problem('not-found', { detail: 'The picture is not in the bucket.' });
}

import { html } from '../../../shared/html.ts';
import type { Answer } from '../../../shared/http/answer.ts';
import { Problem } from '../../../shared/problem.ts';
import { adminPage, csrf, redirectTo } from './page.ts';
import type { Desk } from './routes.ts';

/** `GET /admin/menu`: every dish with what can be changed about it. */
export async function listDishes({ database, session }: Desk): Promise<Answer> {
  const dishes = await database.read((db) => db.selectFrom('menu_items').selectAll().orderBy('position').execute());
  const main = html`<h1>Menu</h1><p>Changes are on the site within a minute. Orders already taken keep their price.</p>
    <ul class="desk-list">${dishes.map(
      ({ sku, name, description, price, available, image }) => html`<li class="desk-card${available === 0 && ' done'}">
        <form method="post" action="/admin/menu/${sku}">${csrf(session)}
          <h2>${name}</h2>
          <div class="field"><label for="name-${sku}">Name</label><input id="name-${sku}" name="name" value="${name}" maxlength="100" required></div>
          <div class="field"><label for="description-${sku}">Description</label><textarea id="description-${sku}" name="description" rows="3" maxlength="300" required>${description}</textarea></div>
          <div class="field"><label for="price-${sku}">Price in pounds</label><input id="price-${sku}" name="price" inputmode="decimal" pattern="[0-9]{1,4}([.][0-9]{2})?" value="${(price / 100).toFixed(2)}" required></div>
          <div class="field"><label for="image-${sku}">Picture</label><input id="image-${sku}" name="image" value="${image}" maxlength="200" required></div>
          <label class="check"><input type="checkbox" name="available" value="1"${available === 1 && html` checked`}> On the menu</label>
          <button class="button small" type="submit">Save<span class="visually-hidden"> ${name}</span></button>
        </form></li>`,
    )}</ul>`;
  return adminPage({ title: 'Menu', main, session, section: 'menu' });
}

/** `POST /admin/menu/{sku}`. */
export async function changeDish({ database, request, form }: Desk): Promise<Answer> {
  const text = (name: string): string => (form.get(name) ?? '').trim();
  const [name, description, image] = [text('name'), text('description'), text('image')];
  const price = /^\d{1,4}(?:\.\d{2})?$/.test(text('price')) ? Math.round(Number(text('price')) * 100) : 0;
  const errors = [
    ...(name === '' || name.length > 100 ? [{ field: 'name', detail: 'A name of 1 to 100 characters.' }] : []),
    ...(description === '' || description.length > 300
      ? [{ field: 'description', detail: 'A description of 1 to 300 characters.' }]
      : []),
    ...(price === 0 ? [{ field: 'price', detail: 'A price like 14.50.' }] : []),
    ...(/^\/(?:images|media)\/[\w-]+(?:\.[\w]+)$/.test(image) && image.length <= 200
      ? []
      : [{ field: 'image', detail: 'A picture of ours, like /media/….png.' }]),
  ];
  if (errors.length > 0) throw new Problem('invalid-content', { detail: 'Some fields need another look.', errors });
  const values = { name, description, image, price, available: form.has('available') ? 1 : 0 };
  const { numUpdatedRows } = await database.write((db) =>
    db.updateTable('menu_items').set(values).where('sku', '=', request.parameter).executeTakeFirst(),
  );
  if (numUpdatedRows === 0n) throw new Problem('not-found', { detail: 'There is no such dish.' });
  request.log.info('dish changed', { sku: request.parameter });
  return redirectTo('/admin/menu');
}

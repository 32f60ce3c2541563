import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import { CreateBucketCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { type Postgres, postgresMissing, startPostgres } from '../../postgres-fixture.ts';
import type { SecretReader } from '../../shared/data/credentials.ts';
import { startTestService } from '../service-fixture.ts';
import { firstAdmin } from './admin/first-admin.ts';
import { contentRoutes } from './routes.ts';

const skip = postgresMissing();
const admin = { email: 'desk@example.com', password: 'slack water at four' };
const secrets = { send: async () => ({ SecretString: JSON.stringify(admin) }) } as unknown as SecretReader;

describe('the content service', { skip }, () => {
  let postgres: Postgres;
  let orrery: Orrery;
  let s3: S3Client;
  before(async () => {
    [postgres, orrery] = await Promise.all([startPostgres(), startOrrery({ services: ['s3'], clock: 'running' })]);
    s3 = orrery.client(S3Client, { transport: 'socket' });
    await s3.send(new CreateBucketCommand({ Bucket: 'media' }));
  });
  after(async () => {
    await orrery.stop();
    await postgres.stop();
  });

  const start = async (t: TestContext) => {
    const options = { s3, mediaBucket: 'media', siteUrl: 'https://slack-water.example', timeZone: 'Europe/London' };
    const service = await startTestService(t, postgres, (database) => contentRoutes({ database, ...options }));
    await firstAdmin(service.database, { secrets, secretId: 'admin' });
    return { ...service, desk: () => signIn(service) };
  };

  test('the menu has a validator, and stays when the database goes', async (t) => {
    const { ask } = await start(t);
    const menu = await ask('GET', '/api/menu');
    assert.equal(menu.json.items.length, 15);
    assert.match(menu.headers.get('cache-control') ?? '', /^public, max-age=60/);
    const etag = menu.headers.get('etag') ?? '';
    assert.equal((await ask('GET', '/api/menu', { headers: { 'if-none-match': etag } })).status, 304);
    await postgres.kill();
    try {
      const kept = await ask('GET', '/api/menu');
      assert.deepEqual([kept.status, kept.json, kept.headers.get('x-served-from')], [200, menu.json, 'memory']);
    } finally {
      await postgres.start();
    }
  });

  test('a page is seen once it is published, and its markup is only what the editor offers', async (t) => {
    const { ask, desk } = await start(t);
    const { post } = await desk();
    await post('/admin/pages', { title: 'Weddings & Wakes' });
    const text = { title: 'Weddings & Wakes', draft: '**Bring** everyone.\n\n<img src=x onerror=alert(1)>' };
    await post('/admin/pages/weddings-wakes', { ...text, do: 'save' });
    assert.equal((await ask('GET', '/api/content/pages/weddings-wakes')).status, 404);
    assert.equal((await ask('GET', '/pages/weddings-wakes')).status, 404);
    const nowhere = await ask('GET', '/nowhere/at-all.html');
    assert.equal(nowhere.status, 404);
    assert.match(nowhere.text, /Gone out with the tide/);
    for (const path of ['/api/nowhere', '/admin/nowhere'])
      assert.match((await ask('GET', path)).text, /has no \//, path);
    await post('/admin/pages/weddings-wakes', { ...text, do: 'publish' });
    const page = await ask('GET', '/api/content/pages/weddings-wakes');
    assert.equal(page.json.html, '<p><strong>Bring</strong> everyone.</p>\n<p>&lt;img src=x onerror=alert(1)&gt;</p>');
    const shown = await ask('GET', '/pages/weddings-wakes');
    assert.match(shown.text, /<h1>Weddings &amp; Wakes<\/h1>/);
    assert.equal((await ask('GET', '/api/content/pages')).json.pages.length, 2);
    await post('/admin/pages/weddings-wakes', { ...text, do: 'withdraw' });
    assert.equal((await ask('GET', '/pages/weddings-wakes')).status, 404);
  });

  test('a dish that is changed is on the menu as changed, and a price that is none is refused', async (t) => {
    const { ask, desk } = await start(t);
    const { post } = await desk();
    const chips = { name: 'Chips <b>', description: 'Hot.', price: '5.05', image: '/images/chips.svg', available: '1' };
    assert.equal((await post('/admin/menu/chips', chips)).status, 303);
    const { json } = await ask('GET', '/api/menu');
    const changed = json.items.find(({ sku }: { sku: string }) => sku === 'chips');
    assert.deepEqual([changed.name, changed.price], ['Chips <b>', 505]);
    assert.equal((await post('/admin/menu/chips', { ...chips, price: '-1' })).status, 422);
    const { available: _, ...gone } = chips;
    await post('/admin/menu/chips', gone);
    assert.equal((await ask('GET', '/api/menu')).json.items.length, 14);
  });

  test('nobody changes or reads anything at the desk without a session and its token', async (t) => {
    const { ask, desk, service } = await start(t);
    assert.equal((await ask('GET', '/admin/orders')).headers.get('location'), '/admin/sign-in');
    const { cookie, post, get } = await desk();
    const forged = await fetch(`${service.url}/admin/pages`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie },
      body: new URLSearchParams({ title: 'Forged', csrf: 'guess' }),
    });
    assert.equal(forged.status, 403);
    assert.doesNotMatch((await get('/admin/pages')).text, /Forged/);
    assert.match(cookie, /^__Host-session=/);
    await post('/admin/sign-out', {});
    assert.equal((await get('/admin/orders')).status, 303);
  });

  test('wrong passwords are slowed down: the sixth try waits, also with the right one', async (t) => {
    const service = await start(t);
    for (let tries = 0; tries < 5; tries += 1)
      assert.equal((await attempt(service, { ...admin, password: 'x' })).status, 401);
    assert.equal((await attempt(service, admin)).status, 429);
    assert.equal(
      (await attempt(service, { email: 'other@example.com', password: 'x' })).status,
      401,
      'others may still try',
    );
  });

  test('the lists show what customers wrote as text, and set statuses', async (t) => {
    const { database, desk } = await start(t);
    const now = new Date();
    const who = { name: '<script>', email: 'a@example.com', phone: '12345' };
    const customer = { customer_name: who.name, customer_email: who.email, customer_phone: who.phone, note: '"><i>' };
    await database.kysely
      .insertInto('orders')
      .values({
        id: 'ord_1',
        status: 'confirmed',
        request_hash: '',
        received_at: now,
        confirmed_at: now,
        ...customer,
        total: 450,
        currency: 'GBP',
      })
      .execute();
    const guest = { guest_name: who.name, guest_email: who.email, guest_phone: who.phone, note: null };
    await database.kysely
      .insertInto('reservations')
      .values({
        id: 'res_1',
        status: 'booked',
        request_hash: '',
        created_at: now,
        day: '2026-11-27',
        starts: 1140,
        party: 2,
        table_id: 1,
        ...guest,
      })
      .execute();
    await database.kysely
      .insertInto('reservation_slots')
      .values({ table_id: 1, day: '2026-11-27', slot: 1140, reservation_id: 'res_1' })
      .execute();
    const { get, post } = await desk();
    const orders = await get('/admin/orders');
    assert.match(orders.text, /&lt;script&gt;[\s\S]*“&quot;&gt;&lt;i&gt;”[\s\S]*£4\.50/);
    assert.doesNotMatch(orders.text, /<script|<i>/);
    await post('/admin/orders/ord_1', { status: 'ready' });
    assert.match((await get('/admin/orders')).text, /<option value="ready" selected>/);
    assert.match((await get('/admin/reservations?day=2026-11-27')).text, /19:00 · &lt;script&gt;/);
    await post('/admin/reservations/res_1', { status: 'no-show' });
    assert.deepEqual(await database.kysely.selectFrom('reservation_slots').selectAll().execute(), []);
    assert.equal((await post('/admin/reservations/res_1', { status: 'seated' })).status, 409);
  });

  test('a picture goes to the bucket by the signed form alone, and is listed once it is there', async (t) => {
    const { desk } = await start(t);
    const { get, post } = await desk();
    const form = await post('/admin/images', { alt: 'The "slip"', type: 'image/png' });
    assert.match(form.headers.get('content-security-policy') ?? '', new RegExp(`form-action 'self' ${orrery.url}`));
    const [, url = ''] = /action="(http[^"]+)" enctype/.exec(form.text) ?? [];
    const data = new FormData();
    for (const [, name = '', value = ''] of form.text.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)) {
      if (name !== 'csrf') data.set(name, value.replaceAll('&quot;', '"').replaceAll('&amp;', '&'));
    }
    const other = new FormData();
    for (const [name, value] of data) other.set(name, name === 'Content-Type' ? 'text/html' : value);
    other.set('file', new Blob(['<script>']));
    assert.equal((await fetch(url, { method: 'POST', body: other, redirect: 'manual' })).status, 403);
    data.set('file', new Blob([Buffer.from('a picture')]));
    const uploaded = await fetch(url, { method: 'POST', body: data, redirect: 'manual' });
    assert.equal(uploaded.status, 303);
    const back = new URL(uploaded.headers.get('location') ?? '');
    assert.equal((await get(back.pathname + back.search)).status, 303);
    const key = back.searchParams.get('key') ?? '';
    assert.match((await get('/admin/images')).text, new RegExp(`src="/${key}" alt="The &quot;slip&quot;"`));
    const { ContentType } = await s3.send(new HeadObjectCommand({ Bucket: 'media', Key: key }));
    assert.equal(ContentType, 'image/png');
    assert.equal((await get(`/admin/images/added?key=media/${'0'.repeat(36)}.png`)).status, 404);
  });
});

type Service = Awaited<ReturnType<typeof startTestService>>;

async function attempt({ service }: Service, { email, password }: typeof admin): Promise<Response> {
  const shown = await fetch(`${service.url}/admin/sign-in`);
  const [cookie = ''] = (shown.headers.get('set-cookie') ?? '').split(';');
  const [, token = ''] = /name="token" value="([^"]+)"/.exec(await shown.text()) ?? [];
  const body = new URLSearchParams({ email, password, token });
  return fetch(`${service.url}/admin/sign-in`, { method: 'POST', redirect: 'manual', headers: { cookie }, body });
}

async function signIn(service: Service) {
  const answer = await attempt(service, admin);
  assert.equal(answer.status, 303);
  const [cookie = ''] = (answer.headers.get('set-cookie') ?? '').split(';');
  const send = async (path: string, options: RequestInit = {}) => {
    const response = await fetch(service.service.url + path, { redirect: 'manual', headers: { cookie }, ...options });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec((await send('/admin/orders')).text) ?? [];
  return {
    cookie,
    get: send,
    post: (path: string, fields: Record<string, string>) =>
      send(path, { method: 'POST', body: new URLSearchParams({ ...fields, csrf }) }),
  };
}

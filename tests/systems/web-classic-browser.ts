// What guests and the admin do in a browser, at the site's own name as a browser on this machine finds it: part of
// web-classic.test.ts.
import assert from 'node:assert/strict';
import { crc32, deflateSync } from 'node:zlib';
import { GetSecretValueCommand, ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Browser, Page } from 'playwright-core';
import { complaintsOf, launchBrowser } from '../../app/site/browser.ts';
import type { Restaurant } from './web-classic.fixture.ts';

/** Orders, reserves, and works at the desk. Resolves with the order's id. */
export async function useTheSite(restaurant: Restaurant): Promise<string> {
  const place = await browserPlace(restaurant);
  let orderId = '';
  await inBrowser(place, async (page) => {
    orderId = await orderDinner(page, place);
    await reserveTable(page, place);
    await workAtTheDesk(page, place);
  });
  return orderId;
}

interface Place {
  /** http://www.slackwater.example.localhost:<port>: every name under .localhost is this machine. */
  url: string;
  admin: { email: string; password: string };
}

async function browserPlace(restaurant: Restaurant): Promise<Place> {
  const secrets = restaurant.client(SecretsManagerClient);
  const { SecretList = [] } = await secrets.send(new ListSecretsCommand({}));
  const SecretId = SecretList.find(({ Description }) => Description?.includes('sign in at the desk'))?.ARN;
  const { SecretString = '{}' } = await secrets.send(new GetSecretValueCommand({ SecretId }));
  return { url: restaurant.outputs.SiteUrl?.local ?? '', admin: JSON.parse(SecretString) };
}

/** The name that a guest gives whose order the admin sees. */
const strangeName = 'Ada <i>Fisher</i> & Sons';

/** Every page must do without a complaint of the browser's: an exception, or something its policy does not let it do. */
async function inBrowser(place: Place, run: (page: Page, place: Place) => Promise<void>): Promise<void> {
  let browser: Browser | undefined;
  try {
    browser = await launchBrowser();
    const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, reducedMotion: 'reduce' });
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    await run(page, place);
    assert.deepEqual(complaints, []);
  } finally {
    await browser?.close();
  }
}

/** Resolves with the order's id. */
async function orderDinner(page: Page, { url }: Place): Promise<string> {
  await page.goto(url);
  await page.locator('[data-sku=oysters] .add button').click();
  await page.locator('#open-basket').click();
  await page.getByRole('link', { name: 'To checkout' }).click();
  await page.getByLabel('Name').fill(strangeName);
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('Phone').fill('+44 1728 555 010');
  await page.getByRole('button', { name: 'Send the order · £14.50' }).click();
  await page.waitForURL('**/#/orders/*');
  await page.locator('.order-words').waitFor();
  return new URL(page.url()).hash.replace('#/orders/', '');
}

async function reserveTable(page: Page, { url }: Place): Promise<void> {
  await page.goto(`${url}/reserve.html`);
  await page.locator('#times[aria-busy=false]').waitFor();
  await page.locator('#times input[type=radio]:not([disabled])').first().check({ force: true });
  await page.getByLabel('Name').fill('Ada Fisher');
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('Phone').fill('01728 555010');
  await page.getByRole('button', { name: 'Book the table' }).click();
  await page.getByRole('heading', { name: 'Your table is kept' }).waitFor();
}

/** Signs in, finds the guest's name as the text that was typed, publishes a page and hangs up a picture. */
async function workAtTheDesk(page: Page, { url, admin }: Place): Promise<void> {
  await page.goto(`${url}/admin`);
  await page.getByLabel('E-mail').fill(admin.email);
  await page.getByLabel('Password').fill(admin.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: strangeName }).first().waitFor();
  assert.equal(await page.locator('main h2 i, main h3 i').count(), 0);
  await page.getByRole('link', { name: 'Pages' }).click();
  await page.getByLabel('Title').fill('Private parties');
  await page.getByRole('button', { name: 'Start writing' }).click();
  const key = await hangPicture(await page.context().newPage(), url);
  await page.getByLabel('Text').fill(`## The lamp room\n\nSeats **thirty**.\n\n![A red square](/${key})`);
  await page.getByRole('button', { name: 'Save and publish' }).click();
  await page.getByRole('link', { name: '/pages/private-parties' }).waitFor();
  await page.goto(`${url}/pages/private-parties`);
  await page.getByRole('heading', { name: 'The lamp room' }).waitFor();
  assert.equal(await widthOf(page, 'A red square'), 16);
}

/** From the page straight to the bucket and back. Resolves with the picture's key. */
async function hangPicture(page: Page, url: string): Promise<string> {
  const complaints = complaintsOf(page);
  await page.goto(`${url}/admin/images`);
  await page.getByLabel('What it shows').fill('A red square');
  await page.getByLabel('PNG').check();
  await page.getByRole('button', { name: 'Choose the file' }).click();
  const file = { name: 'red.png', mimeType: 'image/png', buffer: redSquare(16) };
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByRole('button', { name: 'Upload' }).click();
  await page.waitForURL(`${url}/admin/images`);
  assert.equal(await widthOf(page, 'A red square'), 16);
  assert.deepEqual(complaints, []);
  const source = await page.getByAltText('A red square').getAttribute('src');
  await page.close();
  return source?.slice(1) ?? '';
}

function widthOf(page: Page, alt: string): Promise<number> {
  return page.getByAltText(alt).evaluate(async (found) => {
    const picture = found as HTMLImageElement;
    picture.loading = 'eager';
    await picture.decode();
    return picture.naturalWidth;
  });
}

/** "PNG (Portable Network Graphics) Specification": the least that is a picture. */
function redSquare(size: number): Buffer {
  const row = Buffer.concat([
    Buffer.from([0]),
    Buffer.concat(Array.from({ length: size }, () => Buffer.from([200, 30, 30]))),
  ]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: size }, () => row)));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

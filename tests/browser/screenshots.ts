/**
 * Takes the pictures of docs/ that the README shows: `npm run screenshots`. Runs web-classic whole (Linux, as root), has guests
 * browse and order all the while, and looks at the console. With names of pictures it takes those alone.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { startFault } from '../../runtime/control-plane/faults/fault-desk.ts';
import { lacking, type Restaurant, startRestaurant } from '../systems/web-classic.fixture.ts';
import { type ConsoleBrowser, openConsole } from './console.fixture.ts';

interface Picture {
  path: string;
  /** What to do before it is taken. */
  prepare?: (page: Page) => Promise<void>;
  themes?: ('light' | 'dark')[];
}

const folder = join(import.meta.dirname, '..', '..', 'docs');
const settledMs = 6000;

const pictures: Record<string, Picture> = {
  map: { path: 'map', prepare: traffic, themes: ['light', 'dark'] },
  request: { path: 'requests?kind=user&q=POST', prepare: followAnOrder },
  faults: { path: 'faults', prepare: breakTheNotifier },
  clock: { path: 'clock', themes: ['dark'] },
};

if (lacking) throw new Error(lacking);
const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !(name in pictures));
if (unknown !== undefined) throw new Error(`There is no picture "${unknown}": ${Object.keys(pictures).join(', ')}.`);
mkdirSync(folder, { recursive: true });
say('starting web-classic');
const restaurant = await startRestaurant();
const browser = await openConsole(restaurant);
const guests = startGuests(restaurant);
try {
  for (const [name, picture] of Object.entries(pictures))
    if (wanted.length === 0 || wanted.includes(name)) await take(browser, name, picture);
} finally {
  await guests.stop();
  await browser.close();
  await restaurant.stop();
}

async function take(from: ConsoleBrowser, name: string, picture: Picture): Promise<void> {
  const { path, prepare, themes = ['light'] } = picture;
  for (const theme of themes) {
    const shown = await from.newPage({ theme });
    await shown.open(path);
    await shown.page.locator('h1').first().waitFor();
    await prepare?.(shown.page);
    const file = join(folder, `${name}${theme === 'light' ? '' : `-${theme}`}.png`);
    await shown.page.screenshot({ path: file });
    say(file);
    await shown.close();
  }
}

/** The map counts over five seconds. */
async function traffic(page: Page): Promise<void> {
  await page.locator('.edge-label').first().waitFor();
  await page.waitForTimeout(settledMs);
}

async function followAnOrder(page: Page): Promise<void> {
  await page.getByText('POST /api/orders').first().click();
  await page.locator('.hop').nth(5).waitFor();
}

async function breakTheNotifier(page: Page): Promise<void> {
  await startFault(restaurant.kernel, {
    action: 'invocation-error',
    on: ['OrderNotifier'],
    tags: {},
    parameters: { preventExecution: 'true', duration: 'PT10M' },
  });
  await page.getByText('min left').first().waitFor();
}

/** Eight who look at the site and order now and then, a little apart from one another. */
function startGuests(site: Restaurant): { stop(): Promise<void> } {
  let open = true;
  const guest = async (number: number): Promise<void> => {
    for (let turn = number; open; turn += 1) {
      await (turn % 4 === 0 ? site.order() : site.visit(['/', '/api/menu', '/reserve.html'][turn % 3] ?? '/'));
      await new Promise((resolve) => setTimeout(resolve, 150 + 40 * number));
    }
  };
  const all = Promise.all(Array.from({ length: 8 }, (_, number) => guest(number)));
  return {
    async stop() {
      open = false;
      await all;
    },
  };
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

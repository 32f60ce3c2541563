// What the web console shows of web-classic: part of web-classic.test.ts.
import assert from 'node:assert/strict';
import { startFault, stopFaults } from '../../runtime/control-plane/faults/fault-desk.ts';
import { openConsole } from '../browser/console.fixture.ts';
import { wrongOnPages } from '../browser/every-page.ts';
import { eventually } from './system-fixture.ts';
import { customer, type Restaurant } from './web-classic.fixture.ts';

/** The way of an order over edge, firewall and balancer to an instance, as it goes; a fault while it lasts; then every page. */
export async function seeInConsole(restaurant: Restaurant): Promise<void> {
  const browser = await openConsole(restaurant);
  try {
    const { page, open, complaints } = await browser.newPage();
    await open('map');
    for (const name of ['EdgeDistribution', 'FrontBalancer', 'FleetGroupASG', 'DatabaseClusterWriter'])
      await page.locator('.node', { hasText: name }).first().waitFor();
    for (const frame of ['us-east-1a', 'us-east-1b'])
      await page.locator('.frame-zone', { hasText: frame }).first().waitFor();
    for (const way of [/^\s*EdgeDistribution\s*→.*FrontBalancer/, /^\s*FrontBalancer\s*→.*i-[0-9a-f]{17}/])
      await eventually(`the map counts ${way}`, async () => {
        assert.equal((await restaurant.order()).status, 202);
        const row = page.getByRole('complementary').locator('.flows li').filter({ hasText: way }).first();
        return row.waitFor({ timeout: 3000 }).then(
          () => true,
          () => undefined,
        );
      });
    await open('requests?kind=user&q=POST');
    await page.getByText('POST /api/orders').first().click();
    const detail = page.getByRole('region', { name: 'Request', exact: true });
    for (const decided of ['cache: Miss', /^targetGroup: /, /^target: i-[0-9a-f]{17}:8081$/])
      await detail.getByText(decided).first().waitFor();
    await open('data/databases');
    await page
      .getByRole('navigation', { name: 'Tables' })
      .getByRole('link', { name: /^orders/ })
      .click();
    await page
      .getByRole('region', { name: 'Rows of orders' })
      .getByText(customer.name, { exact: true })
      .first()
      .waitFor();
    await open('map');
    const notifier = page.locator('.node', { hasText: 'OrderNotifier' });
    const { id } = await startFault(restaurant.kernel, {
      action: 'invocation-error',
      on: ['OrderNotifier'],
      tags: {},
      parameters: { preventExecution: 'true', duration: 'PT1H' },
    });
    await notifier.getByText('fault', { exact: true }).waitFor();
    await stopFaults(restaurant.kernel, [id]);
    await notifier.getByText('fault', { exact: true }).waitFor({ state: 'hidden' });
    assert.deepEqual(complaints, []);
    assert.deepEqual((await wrongOnPages(browser)).wrong, []);
  } finally {
    await browser.close();
  }
}

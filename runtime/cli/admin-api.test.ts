import assert from 'node:assert/strict';
import { test } from 'node:test';
import { request } from 'undici';
import { startOrrery } from '../../tests/runtime-fixture.ts';
import { serveAdminApi } from './admin-api.ts';

test('what the command line asks of a runtime is answered to it, and to no page, not even of this machine', async (t) => {
  const orrery = await startOrrery({ services: [] });
  t.after(() => orrery.stop());
  let ended = 0;
  serveAdminApi(orrery.kernel, {
    'POST down': async () => {
      ended += 1;
      return { ending: true };
    },
  });
  const ask = async (headers: Record<string, string>) => {
    const { statusCode, body } = await request(`${orrery.url}/_orrery/api/down`, { method: 'POST', headers });
    return [statusCode, await body.text()];
  };
  assert.deepEqual(await ask({}), [200, '{"ending":true}']);
  assert.deepEqual(await ask({ 'sec-fetch-site': 'none' }), [200, '{"ending":true}']);
  // An HTML object of a bucket, at the API port itself, and a site of the cloud's.
  const refused: Record<string, string>[] = [
    { origin: orrery.url, 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'same-origin' },
    { origin: 'http://www.example.com.localhost:8080', 'sec-fetch-site': 'same-site' },
    { origin: 'null' },
  ];
  for (const headers of refused) assert.equal((await ask(headers))[0], 403, JSON.stringify(headers));
  assert.equal(ended, 2);
});

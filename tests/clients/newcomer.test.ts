import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { request } from 'undici';
import { eventually } from '../systems/system-fixture.ts';
import { boto3, skipWithout } from '../tools.fixture.ts';
import { CommandLine } from './command.fixture.ts';

const app = join(import.meta.dirname, 'newcomer-app');
type Bookmark = { id: string; url?: string; tag?: string; saved?: number };

// Its BucketDeployment is the CDK's own: a Python function with the AWS CLI in a layer.
describe("a newcomer's CDK app, by `orrery up ./their-app`", { skip: skipWithout(boto3) }, () => {
  const orrery = new CommandLine();
  let outputs: Record<string, { value: string; local: string }>;
  let ports: { apiPort: number; httpPort: number };

  before(async () => {
    await orrery.up(app, '--port', '0', '--http-port', '0');
    await look();
  });
  after(() => orrery.close());

  async function look(): Promise<void> {
    outputs = (await orrery.json<Record<string, typeof outputs>>('outputs')).BookmarksStack ?? {};
    ports = await orrery.json('status');
  }

  /** As a browser asks, but with the name in the Host header: names under .localhost are the browser's own art. */
  async function fetchFrom(output: string, path: string, options: { method?: 'POST'; body?: object } = {}) {
    const { host } = new URL(outputs[output]?.local ?? '');
    const { body, statusCode, headers } = await request(`http://127.0.0.1:${ports.httpPort}${path}`, {
      method: options.method ?? 'GET',
      headers: { host },
      ...(options.body && { body: JSON.stringify(options.body) }),
    });
    return { status: statusCode, type: headers['content-type'], text: await body.text() };
  }

  const bookmarks = async (path = '/bookmarks') => JSON.parse((await fetchFrom('ApiUrl', path)).text) as Bookmark[];

  test('the site was deployed into its bucket, with the values known only at deployment', async () => {
    const page = await fetchFrom('WebsiteUrl', '/');
    assert.deepEqual([page.status, page.type, /<h1>Bookmarks/.test(page.text)], [200, 'text/html', true]);
    assert.deepEqual(JSON.parse((await fetchFrom('WebsiteUrl', '/config.json')).text), { stack: 'BookmarksStack' });
  });

  test('the custom resource called the SDK, and its answer is an output', async () => {
    assert.deepEqual(
      (await bookmarks('/tags/start')).map(({ id, url }) => [id, url]),
      [['welcome', 'https://aws.amazon.com/']],
    );
    assert.equal(outputs.SeededTable?.value, outputs.TableName?.value);
  });

  test('a request goes through API, function, table, topic, queue and function', async () => {
    const bookmark = { url: 'https://nodejs.org', tag: 'js' };
    const saved = await fetchFrom('ApiUrl', '/bookmarks', { method: 'POST', body: bookmark });
    assert.equal(saved.status, 201, saved.text);
    await eventually('the counter has counted it', async () => {
      const all = await bookmarks();
      return all.find(({ id }) => id === 'count#js')?.saved === 1 ? true : undefined;
    });
    assert.equal((await bookmarks('/tags/js')).length, 1);
  });

  test('log retention is what the app asked for', async () => {
    const logs = new CloudWatchLogsClient({
      endpoint: `http://127.0.0.1:${ports.apiPort}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const { logGroups = [] } = await logs.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: '/aws/lambda/BookmarksStack-ApiFunction' }),
    );
    logs.destroy();
    assert.deepEqual(
      logGroups.map(({ retentionInDays }) => retentionInDays),
      [7],
    );
  });

  test('a second up changes nothing, and down and up again goes on where it was', async () => {
    const second = await orrery.run('up', app);
    assert.equal(second.code, 0, second.stderr);
    assert.match(second.stderr, /BookmarksStack: nothing has changed/);
    await orrery.run('down');
    const again = await orrery.run('up', app, '--detach', '--port', '0', '--http-port', '0');
    assert.equal(again.code, 0, again.stderr);
    const before = outputs;
    await look();
    assert.equal(outputs.ApiUrl?.value, before.ApiUrl?.value);
    assert.equal((await bookmarks('/tags/js')).length, 1);
  });

  test('reset forgets it', async () => {
    await orrery.run('down');
    assert.equal((await orrery.run('reset', '--yes')).code, 0);
    const empty = await orrery.run('up', '--empty', '--detach', '--port', '0', '--http-port', '0');
    assert.equal(empty.code, 0, empty.stderr);
    assert.deepEqual(await orrery.json('outputs'), {});
  });
});

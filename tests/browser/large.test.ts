import assert from 'node:assert/strict';
import { get } from 'node:http';
import { after, before, describe, test } from 'node:test';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackResourceCommand,
  paginateListStackResources,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { browserMissing } from '../../app/site/browser.ts';
import { type Orrery, startOrrery } from '../runtime-fixture.ts';
import { type ConsoleBrowser, type ConsolePage, openConsole } from './console.fixture.ts';
import { largeTemplate } from './large-template.ts';

describe('the console with 300 resources', { skip: browserMissing() }, () => {
  let orrery: Orrery;
  let browser: ConsoleBrowser;
  let console: ConsolePage;

  before(async () => {
    orrery = await startOrrery({ clock: 'running' });
    await deploy(orrery);
    browser = await openConsole(orrery);
    console = await browser.newPage();
  });
  after(async () => {
    await browser?.close();
    await orrery?.stop();
  });

  test('lays all of them out in about the shape of the room, none over another, with names that can be read', async () => {
    const { page } = console;
    const client = orrery.client(CloudFormationClient);
    let resources = 0;
    for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName: 'large' }))
      resources += StackResourceSummaries.length;
    assert.equal(resources, 300);
    await console.open('map');
    await page.locator('.seen-from-far .node', { hasText: 'Orders27' }).waitFor();
    const cards = await page.locator('.react-flow__node-resource').evaluateAll((elements) =>
      elements.map((element) => {
        const { left, right, top, bottom } = element.getBoundingClientRect();
        return { left, right, top, bottom };
      }),
    );
    // Of a department, five that work together and its bucket; the rest are how they are joined, and what supports them.
    assert.equal(cards.length, 27 * 6);
    cards.forEach((one, index) => {
      for (const other of cards.slice(index + 1))
        assert.ok(
          one.right <= other.left || other.right <= one.left || one.bottom <= other.top || other.bottom <= one.top,
        );
    });
    const width = Math.max(...cards.map(({ right }) => right)) - Math.min(...cards.map(({ left }) => left));
    const height = Math.max(...cards.map(({ bottom }) => bottom)) - Math.min(...cards.map(({ top }) => top));
    assert.ok(width / height > 0.6 && width / height < 2, `${width} wide, ${height} high`);
    assert.deepEqual(await console.violations(), []);
    // In so large a map what policies alone permit is drawn when asked for.
    const lines = await page.locator('.edge').count();
    await page.getByRole('checkbox', { name: 'permitted' }).check();
    await page.locator('.edge').nth(lines).waitFor({ state: 'attached' });
  });

  test('under a flood shows a sample of the requests and says so, while the rates on the map count every one', async () => {
    const { page } = console;
    await console.open('requests');
    const news = await follow(orrery);
    const sent = 3000;
    await flood(orrery, sent);
    const { flows, seen, items, mostAtOnce } = await news.until(({ flows, seen }) => flows >= sent && seen >= sent);
    assert.equal(flows, sent);
    // One that goes on after its answer is told of again.
    assert.ok(seen >= sent, `${seen} of ${sent} were seen`);
    // A fifth of a second's; decisions/0024.
    assert.ok(mostAtOnce <= 20, `${mostAtOnce} at once`);
    assert.ok(items < seen, `${items} of ${seen} were sent one by one`);
    await page.getByText(/^A sample: [\d,]+ more came than are shown/).waitFor();
    await page.getByText('Publish', { exact: true }).first().click();
    await page
      .getByRole('region', { name: 'Request', exact: true })
      .getByText(/sqs SendMessage/)
      .first()
      .waitFor();
    assert.deepEqual(console.complaints, []);
  });
});

async function deploy(orrery: Orrery): Promise<void> {
  const s3 = orrery.client(S3Client);
  await s3.send(new CreateBucketCommand({ Bucket: 'templates' }));
  await s3.send(
    new PutObjectCommand({ Bucket: 'templates', Key: 'large.json', Body: JSON.stringify(largeTemplate()) }),
  );
  const client = orrery.client(CloudFormationClient);
  await client.send(
    new CreateStackCommand({
      StackName: 'large',
      TemplateURL: 'https://templates.s3.us-east-1.amazonaws.com/large.json',
      Capabilities: ['CAPABILITY_IAM'],
    }),
  );
  await waitUntilStackCreateComplete({ client, maxWaitTime: 300, minDelay: 1, maxDelay: 1 }, { StackName: 'large' });
}

/** News of five departments, each of which goes to a queue and from there to a function. */
async function flood(orrery: Orrery, messages: number): Promise<void> {
  const sns = orrery.client(SNSClient);
  const stacks = orrery.client(CloudFormationClient);
  const topics = await Promise.all(
    [1, 2, 3, 4, 5].map(async (number) => {
      const { StackResourceDetail: topic } = await stacks.send(
        new DescribeStackResourceCommand({ StackName: 'large', LogicalResourceId: `News${number}` }),
      );
      return topic?.PhysicalResourceId;
    }),
  );
  let left = messages;
  const sender = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await sns.send(new PublishCommand({ TopicArn: topics[left % topics.length], Message: `news ${left}` }));
    }
  };
  await Promise.all(Array.from({ length: 16 }, sender));
}

interface Counted {
  /** Messages from topics to queues. */
  flows: number;
  /** Requests that there were, and those of them that were sent. */
  seen: number;
  items: number;
  mostAtOnce: number;
}

/** What the console's stream tells from now on. */
async function follow(orrery: Orrery): Promise<{ until(enough: (counted: Counted) => boolean): Promise<Counted> }> {
  const counted: Counted = { flows: 0, seen: 0, items: 0, mostAtOnce: 0 };
  let onNews: () => void = () => undefined;
  const { promise: open, resolve: opened } = Promise.withResolvers<void>();
  const port = new URL(orrery.url).port;
  const asked = get(
    {
      port,
      path: '/_orrery/console/events?topics=request,flow',
      headers: { host: `orrery.localhost:${port}` },
    },
    (answer) => {
      let text = '';
      answer.on('data', (piece) => {
        text += piece;
        opened();
        const whole = text.lastIndexOf('\n\n');
        for (const message of text.slice(0, Math.max(whole, 0)).split('\n\n')) count(counted, message);
        text = text.slice(whole + 2);
        onNews();
      });
    },
  );
  await open;
  return {
    until: (enough) =>
      new Promise((resolve) => {
        onNews = () => {
          if (!enough(counted)) return;
          asked.destroy();
          resolve(counted);
        };
        onNews();
      }),
  };
}

function count(counted: Counted, message: string): void {
  const [, topic] = /^event: (.*)$/m.exec(message) ?? [];
  const [, data = '{}'] = /^data: (.*)$/m.exec(message) ?? [];
  if (topic === 'flow') {
    const { flows } = JSON.parse(data) as { flows: { from: string; to: string; count: number }[] };
    for (const { from, to, count } of flows) if (from.includes('News') && to.includes('Orders')) counted.flows += count;
  }
  if (topic === 'request') {
    const { items, seen } = JSON.parse(data) as { items: object[]; seen: number };
    counted.seen += seen;
    counted.items += items.length;
    counted.mostAtOnce = Math.max(counted.mostAtOnce, items.length);
  }
}

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type MessageAttributeValue, PublishCommand } from '@aws-sdk/client-sns';
import { TopicLab } from './sns.fixture.ts';

let lab: TopicLab;
before(async () => {
  lab = await TopicLab.start();
});
after(() => lab.orrery.stop());

/** Which of the messages, by name, a subscription with this policy gets. */
async function passed(
  FilterPolicy: object,
  messages: Record<string, { body?: object; attributes?: Record<string, MessageAttributeValue> }>,
  FilterPolicyScope?: string,
): Promise<string[]> {
  const TopicArn = await lab.topic();
  const queue = await lab.queue();
  await lab.subscribe(TopicArn, queue.arn, {
    FilterPolicy: JSON.stringify(FilterPolicy),
    ...(FilterPolicyScope ? { FilterPolicyScope } : {}),
  });
  for (const [Subject, { body, attributes }] of Object.entries(messages))
    await lab.sns.send(
      new PublishCommand({
        TopicArn,
        Subject,
        Message: body ? JSON.stringify(body) : 'text',
        MessageAttributes: attributes,
      }),
    );
  const received = await lab.drain(queue);
  return received.map(({ Body = '' }) => (JSON.parse(Body) as { Subject: string }).Subject);
}

const text = (StringValue: string) => ({ DataType: 'String', StringValue });
const number = (value: number) => ({ DataType: 'Number', StringValue: String(value) });
const list = (values: unknown[]) => ({ DataType: 'String.Array', StringValue: JSON.stringify(values) });

test('attributes are compared by each operator', async () => {
  const store = (value: MessageAttributeValue) => ({ attributes: { store: value } });
  const messages = {
    shop: store(text('shop')),
    Shop: store(text('SHOP')),
    shopping: store(text('shopping')),
    ten: store(number(10)),
    address: store(text('10.0.3.7')),
    many: store(list(['shop', 20, null])),
    none: {},
  };
  const cases: [unknown, string[]][] = [
    ['shop', ['shop', 'many']],
    [{ prefix: 'shop' }, ['shop', 'shopping', 'many']],
    [{ suffix: 'ing' }, ['shopping']],
    [{ 'equals-ignore-case': 'Shop' }, ['shop', 'Shop', 'many']],
    [{ 'anything-but': ['shop', 'shopping'] }, ['Shop', 'ten', 'address', 'many']],
    [{ 'anything-but': { prefix: 'shop' } }, ['Shop', 'ten', 'address', 'many']],
    [{ numeric: ['>=', 10, '<', 20] }, ['ten']],
    [{ numeric: ['=', 20] }, ['many']],
    [10, ['ten']],
    [{ cidr: '10.0.0.0/16' }, ['address']],
    [{ exists: true }, ['shop', 'Shop', 'shopping', 'ten', 'address', 'many']],
    [{ exists: false }, ['none']],
    [null, ['many']],
  ];
  for (const [condition, expected] of cases)
    assert.deepEqual(
      (await passed({ store: [condition] }, messages)).sort(),
      expected.sort(),
      JSON.stringify(condition),
    );
});

test('every key must hold, any of its values, and of $or any alternative', async () => {
  const policy = {
    kind: ['order', 'refund'],
    $or: [{ price: [{ numeric: ['>', 100] }] }, { customer: ['vip'] }],
  };
  const messages = {
    dear: { attributes: { kind: text('order'), price: number(101) } },
    vip: { attributes: { kind: text('refund'), customer: text('vip') } },
    cheap: { attributes: { kind: text('order'), price: number(1) } },
    other: { attributes: { kind: text('other'), customer: text('vip') } },
  };
  assert.deepEqual(await passed(policy, messages), ['dear', 'vip']);
});

test('a body is looked into, objects in lists too, and one that is no JSON object does not pass', async () => {
  const policy = { order: { items: { price: [{ numeric: ['>=', 50] }] }, state: ['new'] } };
  const messages = {
    dear: { body: { order: { items: [{ price: 5 }, { price: 50.00001 }], state: 'new' } } },
    cheap: { body: { order: { items: [{ price: 5 }], state: 'new' } } },
    old: { body: { order: { items: [{ price: 60 }], state: 'old' } } },
    plain: {},
  };
  lab.metrics.length = 0;
  assert.deepEqual(await passed(policy, messages, 'MessageBody'), ['dear']);
  assert.deepEqual(
    ['NumberOfNotificationsFilteredOut', 'NumberOfNotificationsFilteredOut-MessageBody'].map((name) =>
      lab.counted(name),
    ),
    [3, 2],
  );
  assert.equal(lab.counted('NumberOfNotificationsFilteredOut-InvalidMessageBody'), 1);
});

test('policies that are none are refused with the reason', async () => {
  const refusal = async (FilterPolicy: unknown, message: RegExp, FilterPolicyScope = 'MessageAttributes') => {
    const TopicArn = await lab.topic();
    const queue = await lab.queue();
    const attributes = { FilterPolicy: JSON.stringify(FilterPolicy), FilterPolicyScope };
    await assert.rejects(lab.subscribe(TopicArn, queue.arn, attributes), {
      name: 'InvalidParameterException',
      message,
    });
  };
  await refusal({ a: 'b' }, /FilterPolicy: "a" must be an object or an array/);
  await refusal({ a: { b: ['c'] } }, /MessageAttributes does not support nested filter policy/);
  await refusal({ a: [{ like: 'x' }] }, /Unrecognized match type like/);
  await refusal({ a: [{ prefix: 'x', suffix: 'y' }] }, /Only one key allowed in match expression/);
  await refusal({ a: [{ exists: 'yes' }] }, /exists match pattern must be either true or false/);
  await refusal({ a: [{ numeric: ['<', 'x'] }] }, /Value of < must be numeric/);
  await refusal({ a: [1], b: [1], c: [1], d: [1], e: [1], f: [1] }, /can not have more than 5 keys/);
  const values = Array.from({ length: 13 }, (_, index) => index);
  await refusal({ a: values, b: values }, /too complex/);
  await refusal({ a: ['b'] }, /Invalid value \[Body\]. Please use either MessageBody or MessageAttributes/, 'Body');
});

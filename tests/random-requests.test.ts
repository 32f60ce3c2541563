import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { loadModel } from '../runtime/control-plane/protocols/model.ts';
import { RandomValues } from '../runtime/control-plane/protocols/random-values.fixture.ts';
import type { AwsError } from '../runtime/kernel/errors.ts';
import { systemIds } from '../runtime/kernel/ids.ts';
import { registry } from '../runtime/kernel/resource-registry.ts';
import type { Context } from '../runtime/kernel/service.ts';
import { type Orrery, startOrrery } from './runtime-fixture.ts';

/** ORRERY_SEED repeats a run that failed. */
const seed = process.env.ORRERY_SEED ?? systemIds().hex(8);
const rounds = 4;
let orrery: Orrery;
let ctx: Context;

before(async () => {
  orrery = await startOrrery();
  ctx = orrery.context();
});
after(() => orrery.stop());

/**
 * Requests of the right shape and without sense: each is carried out or refused, none meets a bug of ours. Operations
 * that wait (long polls) or run somebody's code are left out.
 */
test('whatever is asked of an operation, it answers or refuses', async () => {
  const bugs = new Set<string>();
  orrery.kernel.events.on('problem', ({ where, message, stack }) => {
    if (message.startsWith('Orrery failed inside') || /TypeError|ReferenceError|RangeError/.test(stack ?? ''))
      bugs.add(`${where}: ${message}`);
  });
  const known = await resources();
  for (let round = 0; round < rounds; round += 1) {
    for (const service of orrery.kernel.engine(registry).services.values()) {
      const values = new RandomValues(`${seed}:${service.name}:${round}`);
      for (const operation of loadModel(service.name).operations.values()) {
        if (!service.operations[operation.name] || /^(Receive|Invoke)/.test(operation.name)) continue;
        if (/^(Delete|Terminate|Schedule)/.test(operation.name) && round < rounds - 1) continue;
        const all = Object.entries(values.whole(operation.input, () => false));
        const told = all.filter(([name]) => round % 2 === 0 || operation.input.required.includes(name));
        const input = { ...Object.fromEntries(told), ...pick(known, told) };
        await call(service.name, operation.name, input).catch((error: AwsError) => {
          if (error.code === 'InternalFailure') bugs.add(`${service.name} ${operation.name}: ${error.message}`);
        });
      }
    }
  }
  assert.deepEqual([...bugs], [], `ORRERY_SEED=${seed}`);
});

function call(service: string, operation: string, input: object): Promise<Record<string, unknown>> {
  return ctx.call<Record<string, unknown>>(service, operation, input);
}

function pick(known: Record<string, unknown>, told: [string, unknown][]): Record<string, unknown> {
  return Object.fromEntries(told.filter(([name]) => name in known).map(([name]) => [name, known[name]]));
}

/** Some that exist, so that requests get further than "not found". */
async function resources(): Promise<Record<string, unknown>> {
  const { QueueUrl } = await call('sqs', 'CreateQueue', { QueueName: 'orders' });
  const { TopicArn } = await call('sns', 'CreateTopic', { Name: 'orders' });
  const { KeyMetadata } = await call('kms', 'CreateKey', {});
  const { ApiId } = await call('apigatewayv2', 'CreateApi', { Name: 'orders', ProtocolType: 'HTTP' });
  await call('s3', 'CreateBucket', { Bucket: 'orders-bucket' });
  await call('s3', 'PutObject', { Bucket: 'orders-bucket', Key: 'one', Body: Buffer.from('1') });
  await call('dynamodb', 'CreateTable', {
    TableName: 'orders',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  });
  const trust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
  await call('iam', 'CreateRole', { RoleName: 'orders', AssumeRolePolicyDocument });
  await call('logs', 'CreateLogGroup', { logGroupName: 'orders' });
  await call('logs', 'CreateLogStream', { logGroupName: 'orders', logStreamName: 'one' });
  await call('secretsmanager', 'CreateSecret', { Name: 'orders', SecretString: 'hush' });
  return {
    QueueUrl,
    TopicArn,
    KeyId: (KeyMetadata as { KeyId: string }).KeyId,
    ApiId,
    Bucket: 'orders-bucket',
    Key: 'one',
    TableName: 'orders',
    RoleName: 'orders',
    logGroupName: 'orders',
    logStreamName: 'one',
    SecretId: 'orders',
  };
}

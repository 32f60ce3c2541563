import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type LambdaCloud, startLambda } from './test-cloud.ts';

const fails = 'export const handler = async () => { throw new Error("always") }';

describe('invoking a function asynchronously', () => {
  let cloud: LambdaCloud;
  let sqs: SQSClient;
  before(async () => {
    cloud = await startLambda({ services: ['iam', 'lambda', 'logs', 'sqs', 'sts'] });
    sqs = cloud.orrery.client(SQSClient);
  });
  after(() => cloud.orrery.stop());

  const invokeAsync = (name: string, event: object = {}) =>
    cloud.invoke(name, event, { InvocationType: 'Event', LogType: undefined });

  async function queue(QueueName: string): Promise<{
    arn: string;
    messages(): Promise<{ body: unknown; attributes: Record<string, string | undefined> }[]>;
  }> {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName }));
    return {
      arn: `arn:aws:sqs:us-east-1:000000000000:${QueueName}`,
      async messages() {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
        );
        return Messages.map(({ Body = '', MessageAttributes = {} }) => ({
          body: JSON.parse(Body) as unknown,
          attributes: Object.fromEntries(
            Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue]),
          ),
        }));
      },
    };
  }

  it('tries a failing event twice more, after one and two minutes, then gives it to the dead-letter queue', async () => {
    const dead = await queue('dead');
    await cloud.create('fails', fails, { DeadLetterConfig: { TargetArn: dead.arn } });
    const durations: number[] = [];
    const start = cloud.orrery.clock.now();
    const stop = cloud.orrery.kernel.events.on('metric', ({ name, dimensions }) => {
      if (name === 'Errors' && dimensions.FunctionName === 'fails') durations.push(cloud.orrery.clock.now() - start);
    });
    await invokeAsync('fails', { order: 7 });
    await cloud.orrery.clock.wind(59_000);
    assert.deepEqual(await dead.messages(), []);
    await cloud.orrery.clock.wind(3 * 60_000);
    stop();
    assert.deepEqual(durations, [0, 60_000, 180_000]);
    const [message] = await dead.messages();
    assert.deepEqual(message?.body, { order: 7 });
    assert.equal(message?.attributes.ErrorMessage, 'always');
    assert.equal(message?.attributes.ErrorCode, '200');
  });

  it('brings outcomes to the destinations, in the form of an invocation record', async () => {
    const [good, bad] = [await queue('good'), await queue('bad')];
    await cloud.create(
      'decides',
      'export const handler = async ({ ok }) => { if (!ok) throw new Error("not ok"); return "done" }',
    );
    await cloud.lambda.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName: 'decides',
        MaximumRetryAttempts: 0,
        DestinationConfig: { OnSuccess: { Destination: good.arn }, OnFailure: { Destination: bad.arn } },
      }),
    );
    await invokeAsync('decides', { ok: true });
    await invokeAsync('decides', { ok: false });
    await cloud.orrery.clock.wind(0);
    const [success] = await good.messages();
    const [failure] = await bad.messages();
    const { requestContext, requestPayload, responseContext, responsePayload } = (success?.body ?? {}) as Record<
      string,
      Record<string, unknown>
    >;
    assert.equal(requestContext?.condition, 'Success');
    assert.equal(requestContext?.functionArn, 'arn:aws:lambda:us-east-1:000000000000:function:decides:$LATEST');
    assert.deepEqual(
      [requestPayload, responseContext, responsePayload],
      [{ ok: true }, { statusCode: 200, executedVersion: '$LATEST' }, 'done'],
    );
    const failed = (failure?.body ?? {}) as Record<string, Record<string, unknown>>;
    assert.equal(failed.requestContext?.condition, 'RetriesExhausted');
    assert.equal(failed.responsePayload?.errorMessage, 'not ok');
  });

  it('keeps a throttled event until there is capacity, and goes on with it after a restart', async () => {
    const good = await queue('kept');
    await cloud.create('waits', 'export const handler = async (event) => event');
    await cloud.lambda.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName: 'waits',
        DestinationConfig: { OnSuccess: { Destination: good.arn } },
      }),
    );
    await cloud.lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName: 'waits', ReservedConcurrentExecutions: 0 }),
    );
    await invokeAsync('waits', { kept: true });
    await cloud.orrery.clock.wind(10_000);
    assert.deepEqual(await good.messages(), []);
    await cloud.orrery.restart();
    await cloud.lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName: 'waits', ReservedConcurrentExecutions: 5 }),
    );
    await cloud.orrery.clock.wind(600_000);
    const [message] = await good.messages();
    assert.deepEqual(((message?.body ?? {}) as { requestPayload: unknown }).requestPayload, { kept: true });
  });

  it('drops an event that has become too old', async () => {
    const late = await queue('late');
    await cloud.create('old', fails);
    await cloud.lambda.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName: 'old',
        MaximumEventAgeInSeconds: 60,
        DestinationConfig: { OnFailure: { Destination: late.arn } },
      }),
    );
    await cloud.lambda.send(
      new PutFunctionConcurrencyCommand({ FunctionName: 'old', ReservedConcurrentExecutions: 0 }),
    );
    await invokeAsync('old');
    await cloud.orrery.clock.wind(300_000);
    const [message] = await late.messages();
    assert.equal(
      ((message?.body ?? {}) as { requestContext: { condition: string } }).requestContext.condition,
      'EventAgeExceeded',
    );
  });

  it('refuses a payload over 1 MB and a text that is not JSON', async () => {
    await cloud.create('limits', 'export const handler = async () => 1');
    await assert.rejects(invokeAsync('limits', { text: 'x'.repeat(1024 * 1024) }), {
      name: 'RequestTooLargeException',
    });
    await assert.rejects(cloud.invoke('limits', undefined, { Payload: 'not json' }), {
      name: 'InvalidRequestContentException',
    });
    await assert.rejects(
      cloud.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'limits', Timeout: 901 })),
      {
        message:
          "1 validation error detected: Value '901' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900",
      },
    );
  });
});

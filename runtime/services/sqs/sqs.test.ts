import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  AddPermissionCommand,
  CancelMessageMoveTaskCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListMessageMoveTasksCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
  TagQueueCommand,
} from '@aws-sdk/client-sqs';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

for (const transport of ['process', 'socket'] as const) {
  describe(`SQS by ${transport}`, () => {
    let orrery: Orrery;
    let sqs: SQSClient;
    let count = 0;

    before(async () => {
      orrery = await startOrrery({ services: ['sqs'] });
      sqs = orrery.client(SQSClient, { transport });
    });
    after(() => orrery.stop());

    async function queue(Attributes: Record<string, string> = {}, suffix = ''): Promise<string> {
      count += 1;
      const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: `queue-${count}${suffix}`, Attributes }));
      return QueueUrl ?? assert.fail('no QueueUrl');
    }

    async function receive(QueueUrl: string, options: object = {}) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ['All'], ...options }),
      );
      return Messages;
    }

    async function arnOf(QueueUrl: string): Promise<string> {
      const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
      return Attributes?.QueueArn ?? '';
    }

    test('gives a message once, and again after VisibilityTimeout with its receive count', async () => {
      const QueueUrl = await queue({ VisibilityTimeout: '30' });
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'one' }));
      assert.equal((await receive(QueueUrl))[0]?.Body, 'one');
      assert.deepEqual(await receive(QueueUrl), []);
      await orrery.clock.wind(29_999);
      assert.deepEqual(await receive(QueueUrl), []);
      await orrery.clock.wind(1);
      assert.equal((await receive(QueueUrl))[0]?.Attributes?.ApproximateReceiveCount, '2');
    });

    test('a long poll is answered by a message sent meanwhile, and by nothing when its time is over', async () => {
      const QueueUrl = await queue();
      const waiting = receive(QueueUrl, { WaitTimeSeconds: 20 });
      await new Promise((resolve) => setImmediate(resolve));
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'late' }));
      assert.equal((await waiting)[0]?.Body, 'late');
      const empty = receive(QueueUrl, { WaitTimeSeconds: 5 });
      for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      await orrery.clock.wind(5000);
      assert.deepEqual(await empty, []);
    });

    test('a delayed message appears after its delay, and is counted as delayed until then', async () => {
      const QueueUrl = await queue();
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'later', DelaySeconds: 60 }));
      const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
      assert.deepEqual(
        [Attributes?.ApproximateNumberOfMessages, Attributes?.ApproximateNumberOfMessagesDelayed],
        ['0', '1'],
      );
      await orrery.clock.wind(60_000);
      assert.equal((await receive(QueueUrl)).length, 1);
    });

    test('a message received maxReceiveCount times goes to the dead-letter queue with its source, and redrives', async () => {
      const dead = await queue();
      const QueueUrl = await queue({
        VisibilityTimeout: '1',
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn: await arnOf(dead), maxReceiveCount: 2 }),
      });
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'poison' }));
      for (let turn = 0; turn < 2; turn += 1) {
        assert.equal((await receive(QueueUrl)).length, 1);
        await orrery.clock.wind(1000);
      }
      assert.deepEqual(await receive(QueueUrl), []);
      const [message] = await receive(dead, { VisibilityTimeout: 0 });
      assert.equal(message?.Attributes?.DeadLetterQueueSourceArn, await arnOf(QueueUrl));
      const SourceArn = await arnOf(dead);
      const { TaskHandle } = await sqs.send(new StartMessageMoveTaskCommand({ SourceArn }));
      const { Results } = await sqs.send(new ListMessageMoveTasksCommand({ SourceArn }));
      assert.deepEqual([Results?.[0]?.Status, Results?.[0]?.ApproximateNumberOfMessagesMoved], ['COMPLETED', 1]);
      assert.equal((await receive(QueueUrl))[0]?.Body, 'poison');
      await assert.rejects(sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle })), {
        name: 'UnsupportedOperation',
      });
    });

    test('a FIFO queue keeps the order of a group, holds it while one is in flight, and drops duplicates for five minutes', async () => {
      const QueueUrl = await queue({ FifoQueue: 'true', ContentBasedDeduplication: 'true' }, '.fifo');
      const send = (MessageBody: string, MessageGroupId: string) =>
        sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId }));
      const first = await send('a1', 'a');
      await send('a2', 'a');
      await send('b1', 'b');
      assert.equal((await send('a1', 'a')).MessageId, first.MessageId);
      const [a1] = await receive(QueueUrl);
      assert.equal(a1?.Body, 'a1');
      assert.deepEqual(
        (await receive(QueueUrl, { MaxNumberOfMessages: 10 })).map((message) => message.Body),
        ['b1'],
      );
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: a1?.ReceiptHandle }));
      assert.deepEqual(
        (await receive(QueueUrl, { MaxNumberOfMessages: 10 })).map((message) => message.Body),
        ['a2'],
      );
      await orrery.clock.wind(5 * 60_000);
      assert.notEqual((await send('a1', 'a')).MessageId, first.MessageId);
    });

    test('visibility can be changed while in flight, and not after', async () => {
      const QueueUrl = await queue();
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'one' }));
      const [message] = await receive(QueueUrl);
      const change = (VisibilityTimeout: number) =>
        sqs.send(
          new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout }),
        );
      await change(0);
      await assert.rejects(change(10), { name: 'MessageNotInflight' });
      assert.equal((await receive(QueueUrl)).length, 1);
    });

    test('batches report each entry, and refuse duplicate, empty and too many ids whole', async () => {
      const QueueUrl = await queue();
      const { Successful, Failed } = await sqs.send(
        new SendMessageBatchCommand({
          QueueUrl,
          Entries: [
            { Id: 'good', MessageBody: 'x' },
            { Id: 'bad', MessageBody: 'x', DelaySeconds: 901 },
          ],
        }),
      );
      assert.deepEqual(
        [Successful?.map((entry) => entry.Id), Failed?.map((entry) => [entry.Id, entry.Code])],
        [['good'], [['bad', 'InvalidParameterValue']]],
      );
      const twice = [
        { Id: 'a', MessageBody: 'x' },
        { Id: 'a', MessageBody: 'x' },
      ];
      await assert.rejects(sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: twice })), {
        name: 'BatchEntryIdsNotDistinct',
      });
      await assert.rejects(sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: [] })), {
        name: 'EmptyBatchRequest',
      });
      const eleven = Array.from({ length: 11 }, (_, index) => ({ Id: `m${index}`, MessageBody: 'x' }));
      await assert.rejects(sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: eleven })), {
        name: 'TooManyEntriesInBatchRequest',
      });
    });

    test('message attributes come back with the digest the SDK checks, binary ones as bytes', async () => {
      const QueueUrl = await queue();
      const MessageAttributes = {
        text: { DataType: 'String', StringValue: 'grün' },
        number: { DataType: 'Number', StringValue: '42' },
        bytes: { DataType: 'Binary', BinaryValue: Buffer.from([0, 255, 7]) },
      };
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', MessageAttributes }));
      const [message] = await receive(QueueUrl, { MessageAttributeNames: ['All'] });
      assert.deepEqual(Buffer.from(message?.MessageAttributes?.bytes?.BinaryValue ?? []), Buffer.from([0, 255, 7]));
      assert.equal(message?.MessageAttributes?.text?.StringValue, 'grün');
    });

    test('retention is by the clock: a message past it is never given out', async () => {
      const QueueUrl = await queue({ MessageRetentionPeriod: '60' });
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'short-lived' }));
      await orrery.clock.wind(60_000);
      assert.deepEqual(await receive(QueueUrl), []);
    });

    test('wrong input is refused with the code and sentence of AWS', async () => {
      await assert.rejects(
        sqs.send(
          new SendMessageCommand({
            QueueUrl: 'https://sqs.us-east-1.amazonaws.com/000000000000/none',
            MessageBody: 'x',
          }),
        ),
        {
          name: 'QueueDoesNotExist',
          message: 'The specified queue does not exist.',
        },
      );
      await assert.rejects(sqs.send(new CreateQueueCommand({ QueueName: 'no spaces' })), {
        name: 'InvalidParameterValue',
      });
      await assert.rejects(
        sqs.send(new CreateQueueCommand({ QueueName: 'q', Attributes: { VisibilityTimeout: '43201' } as never })),
        { name: 'InvalidAttributeValue' },
      );
      await assert.rejects(
        sqs.send(new CreateQueueCommand({ QueueName: 'q', Attributes: { Colour: 'blue' } as never })),
        { name: 'InvalidAttributeName' },
      );
      const QueueUrl = await queue();
      await assert.rejects(sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 11 })), {
        name: 'InvalidParameterValue',
      });
      await assert.rejects(sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'nonsense' })), {
        name: 'ReceiptHandleIsInvalid',
      });
    });

    test('a queue can be found, listed, tagged, purged, changed and deleted, its name free a minute later', async () => {
      const QueueUrl = await queue();
      const QueueName = QueueUrl.split('/').pop() ?? '';
      assert.equal((await sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl, QueueUrl);
      assert.ok((await sqs.send(new ListQueuesCommand({ QueueNamePrefix: QueueName }))).QueueUrls?.includes(QueueUrl));
      await sqs.send(new TagQueueCommand({ QueueUrl, Tags: { team: 'kitchen' } }));
      assert.deepEqual((await sqs.send(new ListQueueTagsCommand({ QueueUrl }))).Tags, { team: 'kitchen' });
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
      await sqs.send(new PurgeQueueCommand({ QueueUrl }));
      await assert.rejects(sqs.send(new PurgeQueueCommand({ QueueUrl })), { name: 'PurgeQueueInProgress' });
      assert.deepEqual(await receive(QueueUrl), []);
      await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { DelaySeconds: '7' } }));
      await assert.rejects(sqs.send(new CreateQueueCommand({ QueueName, Attributes: { DelaySeconds: '8' } })), {
        name: 'QueueNameExists',
      });
      await sqs.send(new DeleteQueueCommand({ QueueUrl }));
      await assert.rejects(sqs.send(new CreateQueueCommand({ QueueName })), { name: 'QueueDeletedRecently' });
      await orrery.clock.wind(60_000);
      await sqs.send(new CreateQueueCommand({ QueueName }));
    });

    test('grants are statements of the policy, and one that could not be read is not taken', async () => {
      const QueueUrl = await queue();
      const grant = { QueueUrl, Label: 'others', AWSAccountIds: ['111111111111'], Actions: ['SendMessage'] };
      await sqs.send(new AddPermissionCommand(grant));
      const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['Policy'] }));
      assert.match(Attributes?.Policy ?? '', /"Sid":"others".*arn:aws:iam::111111111111:root.*SQS:SendMessage/);
      for (const wrong of [{ AWSAccountIds: ['arn:aws:'] }, { Actions: ['a b'] }, { Label: 'a b' }])
        await assert.rejects(sqs.send(new AddPermissionCommand({ ...grant, Label: 'x', ...wrong })), {
          name: 'InvalidParameterValue',
        });
      const wrongAttributes: Record<string, string>[] = [
        { Policy: '{"Statement":[{"Effect":"Allow"}]}' },
        { constructor: '1' },
      ];
      for (const attributes of wrongAttributes)
        await assert.rejects(sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: attributes })), {
          name: /^InvalidAttribute(Value|Name)$/,
        });
    });

    test('messages and queues are there after a restart', async () => {
      const QueueUrl = await queue();
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'kept' }));
      if (transport === 'socket') return;
      await orrery.restart();
      assert.equal((await receive(QueueUrl))[0]?.Body, 'kept');
    });
  });
}

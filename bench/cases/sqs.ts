import type { Case, Place } from '../case.ts';
import type { WireCall } from '../load.ts';
import { type Credentials, jsonCall, queryCall, signed } from '../wire.ts';

const message = 'An order: '.padEnd(200, 'x');

export const sqs: Case[] = [
  {
    name: 'SQS send',
    budget: '≤ 200 µs',
    peer: 'moto',
    async prepare(at) {
      const QueueUrl = await queue(at, 'send');
      const call = sqsCall('SendMessage', { QueueUrl, MessageBody: message });
      return (send) => send(call);
    },
  },
  {
    name: 'SQS send, as a role',
    budget: '≤ 200 µs',
    peer: 'none',
    async prepare(at) {
      const QueueUrl = await queue(at, 'send-as-role');
      const credentials = await roleSession(at);
      const { headers: _, ...call } = sqsCall('SendMessage', { QueueUrl, MessageBody: message });
      const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.SendMessage' };
      const asRole = signed({ ...call, headers }, 'sqs', credentials);
      return (send) => send(asRole);
    },
  },
  {
    // With a send for every delete, so that 500 stay queued however long it is measured.
    name: 'SQS send + receive + delete, 500 queued',
    budget: '≤ 650 µs',
    peer: 'moto',
    async prepare(at) {
      const QueueUrl = await queue(at, 'receive');
      const fill = sqsCall('SendMessage', { QueueUrl, MessageBody: message });
      const batch = (): Promise<unknown> => Promise.all(Array.from({ length: 25 }, () => at.driver.send(fill)));
      for (let sent = 0; sent < 500; sent += 25) await batch();
      const receive = sqsCall('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 1 });
      return async (send) => {
        await send(fill);
        const answer = JSON.parse((await send(receive)).toString()) as { Messages?: { ReceiptHandle: string }[] };
        const ReceiptHandle = answer.Messages?.[0]?.ReceiptHandle;
        if (!ReceiptHandle) throw new Error('the queue is empty, which must not be measured');
        await send(sqsCall('DeleteMessage', { QueueUrl, ReceiptHandle }));
      };
    },
  },
];

async function queue({ driver }: Place, name: string): Promise<string> {
  const answer = await driver.send(sqsCall('CreateQueue', { QueueName: `bench-${name}` }));
  return (JSON.parse(answer.toString()) as { QueueUrl: string }).QueueUrl;
}

function sqsCall(operation: string, input: object): WireCall {
  return jsonCall('sqs', `AmazonSQS.${operation}`, input);
}

const trust = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
};

const policy = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: ['sqs:SendMessage', 'sqs:GetQueueAttributes'], Resource: 'arn:aws:sqs:*:*:bench-*' },
  ],
};

async function roleSession({ driver }: Place): Promise<Credentials> {
  const iam = (action: string, input: Record<string, string>) =>
    driver.send(queryCall('iam', '2010-05-08', action, { RoleName: 'bench', ...input }));
  await iam('CreateRole', { AssumeRolePolicyDocument: JSON.stringify(trust) });
  await iam('PutRolePolicy', { PolicyName: 'send', PolicyDocument: JSON.stringify(policy) });
  const RoleArn = 'arn:aws:iam::000000000000:role/bench';
  const answer = await driver.send(queryCall('sts', '2011-06-15', 'AssumeRole', { RoleArn, RoleSessionName: 'bench' }));
  const field = (name: string): string => new RegExp(`<${name}>([^<]+)<`).exec(answer.toString())?.[1] ?? '';
  return {
    accessKeyId: field('AccessKeyId'),
    secretAccessKey: field('SecretAccessKey'),
    sessionToken: field('SessionToken'),
  };
}

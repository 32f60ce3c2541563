import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateQueueCommand, ListQueuesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { request } from 'undici';
import { type Orrery, startOrrery } from '../../tests/runtime-fixture.ts';

describe('the control plane', () => {
  let orrery: Orrery;

  before(async () => {
    orrery = await startOrrery({ services: ['sqs', 'iam', 'sts'] });
  });
  after(() => orrery.stop());

  async function userKeys(UserName: string): Promise<{ accessKeyId: string; secretAccessKey: string }> {
    const iam = orrery.client(IAMClient);
    await iam.send(new CreateUserCommand({ UserName }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
  }

  for (const transport of ['process', 'socket'] as const) {
    test(`takes an unknown key for the root of its account, by ${transport}`, async () => {
      const whoami = (accessKeyId: string) =>
        orrery
          .client(STSClient, { transport, credentials: { accessKeyId, secretAccessKey: 'anything' } })
          .send(new GetCallerIdentityCommand({}));
      assert.equal((await whoami('test')).Arn, 'arn:aws:iam::000000000000:root');
      assert.equal((await whoami('111122223333')).Arn, 'arn:aws:iam::111122223333:root');
    });

    test(`verifies the signature of a key it has issued, by ${transport}`, async () => {
      const credentials = await userKeys(`verified-${transport}`);
      const sts = orrery.client(STSClient, { transport, credentials });
      assert.match((await sts.send(new GetCallerIdentityCommand({}))).Arn ?? '', /:user\/verified-/);
      const forged = orrery.client(STSClient, {
        transport,
        credentials: { ...credentials, secretAccessKey: 'guessed' },
      });
      await assert.rejects(forged.send(new GetCallerIdentityCommand({})), { name: 'SignatureDoesNotMatch' });
    });
  }

  test('lets a user do what its policies allow and refuses the rest in the words of AWS', async () => {
    const credentials = await userKeys('limited');
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'sqs:CreateQueue', Resource: '*' }],
    });
    await orrery
      .client(IAMClient)
      .send(new PutUserPolicyCommand({ UserName: 'limited', PolicyName: 'queues', PolicyDocument }));
    const sqs = orrery.client(SQSClient, { credentials });
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'allowed' }));
    await assert.rejects(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' })), {
      message:
        'User: arn:aws:iam::000000000000:user/limited is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:us-east-1:000000000000:allowed because no identity-based policy allows the sqs:SendMessage action',
    });
  });

  test('refuses a session once its time is over on the cloud clock', async () => {
    const trust = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::000000000000:root' }, Action: 'sts:AssumeRole' }],
    });
    await orrery
      .client(IAMClient)
      .send(new CreateRoleCommand({ RoleName: 'visitor', AssumeRolePolicyDocument: trust }));
    const { Credentials } = await orrery.client(STSClient).send(
      new AssumeRoleCommand({
        RoleArn: 'arn:aws:iam::000000000000:role/visitor',
        RoleSessionName: 'visit',
        DurationSeconds: 900,
      }),
    );
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId,
      secretAccessKey: Credentials?.SecretAccessKey,
      sessionToken: Credentials?.SessionToken,
    };
    const visitor = orrery.client(STSClient, { credentials });
    assert.match((await visitor.send(new GetCallerIdentityCommand({}))).Arn ?? '', /assumed-role\/visitor\/visit$/);
    const other = orrery.client(STSClient, { credentials: { ...credentials, sessionToken: 'not the token' } });
    await assert.rejects(other.send(new GetCallerIdentityCommand({})), { name: 'InvalidClientTokenId' });
    await orrery.clock.wind(901_000);
    await assert.rejects(visitor.send(new GetCallerIdentityCommand({})), { name: /ExpiredToken/ as never });
  });

  test('refuses by name an operation, a service and a request that says nothing', async () => {
    const target = (name: string) =>
      request(`${orrery.url}/`, {
        method: 'POST',
        headers: {
          'x-amz-target': name,
          'content-type': 'application/x-amz-json-1.0',
          authorization: signedFor('sqs'),
        },
        body: '{}',
      });
    const operation = await target('AmazonSQS.InventQueue');
    assert.match(await operation.body.text(), /InventQueue is not an operation/);
    const service = await target('AmazonTimeTravel.Go');
    assert.equal(service.statusCode, 501);
    assert.match(await service.body.text(), /AmazonTimeTravel.*refused/);
    const unsigned = await request(`${orrery.url}/`, {
      method: 'POST',
      headers: { 'x-amz-target': 'AmazonSQS.ListQueues', 'content-type': 'application/x-amz-json-1.0' },
      body: '{}',
    });
    assert.equal(unsigned.statusCode, 403);
    assert.match(await unsigned.body.text(), /MissingAuthenticationToken/);
  });

  function signedFor(service: string): string {
    return `AWS4-HMAC-SHA256 Credential=test/20261121/us-east-1/${service}/aws4_request, SignedHeaders=host;x-amz-date, Signature=00`;
  }

  test('says what is wrong with a body that is not JSON, and with a member that is missing', async () => {
    const send = (body: string) =>
      request(`${orrery.url}/`, {
        method: 'POST',
        headers: {
          'x-amz-target': 'AmazonSQS.CreateQueue',
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-date': new Date().toISOString().replace(/[-:]|\.\d+/g, ''),
          authorization: signedFor('sqs'),
        },
        body,
      });
    const broken = await send('{"QueueName": ');
    assert.equal(broken.statusCode, 400);
    assert.match(await broken.body.text(), /SerializationException/);
    assert.match(await (await send('{}')).body.text(), /queueName|QueueName/);
  });

  test('refuses pages of other origins and names that are not this machine', async () => {
    const from = async (headers: Record<string, string>) => (await request(`${orrery.url}/`, { headers })).statusCode;
    assert.equal(await from({ origin: 'https://evil.example' }), 403);
    assert.equal(await from({ 'sec-fetch-site': 'cross-site' }), 403);
    assert.equal(await from({ host: 'rebound.evil.example' }), 403);
    const own = await request(`${orrery.url}/_orrery/none`, { headers: { origin: 'http://localhost:4566' } });
    // To the console's own name, where nothing else is served.
    assert.deepEqual([own.statusCode, own.headers.location?.toString().includes('orrery.localhost')], [302, true]);
  });

  test('answers several regions apart from one another', async () => {
    const there = orrery.client(SQSClient, { region: 'eu-west-1' });
    await there.send(new CreateQueueCommand({ QueueName: 'only-in-ireland' }));
    const { QueueUrls = [] } = await orrery
      .client(SQSClient)
      .send(new ListQueuesCommand({ QueueNamePrefix: 'only-in' }));
    assert.deepEqual(QueueUrls, []);
    await assert.rejects(
      orrery.client(SQSClient, { region: 'mars-north-1' }).send(new ListQueuesCommand({})),
      /mars-north-1/,
    );
  });
});

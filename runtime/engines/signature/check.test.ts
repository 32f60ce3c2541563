import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

let orrery: Orrery;
const own = { accessKeyId: '', secretAccessKey: '' };

before(async () => {
  orrery = await startOrrery({ services: ['iam', 'sts'] });
  const iam = orrery.client(IAMClient);
  await iam.send(new CreateUserCommand({ UserName: 'eve' }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'eve' }));
  Object.assign(own, { accessKeyId: AccessKey?.AccessKeyId, secretAccessKey: AccessKey?.SecretAccessKey });
});
after(() => orrery.stop());

async function whoIs(credentials: object): Promise<string | undefined> {
  return (await orrery.client(STSClient, { credentials }).send(new GetCallerIdentityCommand({}))).Arn;
}

test('a session token is good with the key that it was issued with, and with no other', async () => {
  const session = async () => {
    const { Credentials } = await orrery.client(STSClient, { credentials: own }).send(new GetSessionTokenCommand({}));
    return {
      accessKeyId: Credentials?.AccessKeyId,
      secretAccessKey: Credentials?.SecretAccessKey,
      sessionToken: Credentials?.SessionToken,
    };
  };
  const [one, other] = [await session(), await session()];
  assert.match(String(await whoIs(own)), /:user\/eve$/);
  assert.match(String(await whoIs(one)), /:user\/eve$/);
  const refused = { name: 'InvalidClientTokenId' };
  await assert.rejects(whoIs({ ...one, sessionToken: other.sessionToken }), refused);
  await assert.rejects(whoIs({ ...one, sessionToken: undefined }), refused);
  await assert.rejects(whoIs({ ...own, sessionToken: one.sessionToken }), refused);
  await assert.rejects(whoIs({ ...own, sessionToken: 'made-up' }), refused);
});

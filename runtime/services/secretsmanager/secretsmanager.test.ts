import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  BatchGetSecretValueCommand,
  CreateSecretCommand,
  DeleteResourcePolicyCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
  ValidateResourcePolicyCommand,
} from '@aws-sdk/client-secrets-manager';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

const day = 24 * 60 * 60_000;

for (const transport of ['process', 'socket'] as const) {
  describe(`Secrets Manager by ${transport}`, () => {
    let orrery: Orrery;
    let client: SecretsManagerClient;
    let count = 0;

    before(async () => {
      orrery = await startOrrery({ services: ['kms', 'secretsmanager'] });
      client = orrery.client(SecretsManagerClient, { transport });
    });
    after(() => orrery.stop());

    async function create(SecretString = 'one', about: object = {}) {
      count += 1;
      const made = await client.send(new CreateSecretCommand({ Name: `secret-${count}`, SecretString, ...about }));
      return { ARN: made.ARN ?? '', Name: made.Name ?? '', VersionId: made.VersionId ?? '' };
    }

    const get = (SecretId: string, about: object = {}) =>
      client.send(new GetSecretValueCommand({ SecretId, ...about }));

    test('is found by name, by ARN, and by the ARN without its six characters', async () => {
      const { ARN, Name } = await create('found');
      assert.match(ARN, new RegExp(`^arn:aws:secretsmanager:us-east-1:000000000000:secret:${Name}-[A-Za-z0-9]{6}$`));
      for (const id of [Name, ARN, ARN.slice(0, -7)]) assert.equal((await get(id)).SecretString, 'found');
      const other = ARN.slice(0, -6) + (ARN.endsWith('aaaaaa') ? 'bbbbbb' : 'aaaaaa');
      await assert.rejects(get(other), {
        name: 'ResourceNotFoundException',
        message: "Secrets Manager can't find the specified secret.",
      });
    });

    test('keeps bytes as bytes', async () => {
      const { Name } = await create('', { SecretString: undefined, SecretBinary: Buffer.from([0, 1, 255]) });
      const got = await get(Name);
      assert.deepEqual([...(got.SecretBinary ?? [])], [0, 1, 255]);
      assert.equal(got.SecretString, undefined);
    });

    test('a new value is AWSCURRENT, and the one before it AWSPREVIOUS', async () => {
      const { Name, VersionId } = await create('first');
      const put = await client.send(new PutSecretValueCommand({ SecretId: Name, SecretString: 'second' }));
      assert.deepEqual(put.VersionStages, ['AWSCURRENT']);
      assert.equal((await get(Name)).SecretString, 'second');
      assert.equal((await get(Name, { VersionStage: 'AWSPREVIOUS' })).SecretString, 'first');
      await client.send(new UpdateSecretCommand({ SecretId: Name, SecretString: 'third', Description: 'changed' }));
      assert.equal((await get(Name, { VersionStage: 'AWSPREVIOUS' })).SecretString, 'second');
      assert.deepEqual((await get(Name, { VersionId })).VersionStages, []);
      const described = await client.send(new DescribeSecretCommand({ SecretId: Name }));
      assert.equal(described.Description, 'changed');
      assert.deepEqual(
        Object.values(described.VersionIdsToStages ?? {})
          .flat()
          .sort(),
        ['AWSCURRENT', 'AWSPREVIOUS'],
      );
      await assert.rejects(get(Name, { VersionId, VersionStage: 'AWSCURRENT' }), { name: 'InvalidRequestException' });
    });

    test('the same ClientRequestToken again changes nothing, and with another value is refused', async () => {
      const { Name, ARN, VersionId } = await create('first');
      const again = { Name, SecretString: 'first', ClientRequestToken: VersionId };
      assert.equal((await client.send(new CreateSecretCommand(again))).ARN, ARN);
      await assert.rejects(client.send(new CreateSecretCommand({ ...again, SecretString: 'other' })), {
        name: 'ResourceExistsException',
        message: `The operation failed because the secret ${Name} already exists.`,
      });
      await assert.rejects(
        client.send(
          new PutSecretValueCommand({ SecretId: Name, SecretString: 'other', ClientRequestToken: VersionId }),
        ),
        { name: 'ResourceExistsException' },
      );
      await client.send(
        new PutSecretValueCommand({ SecretId: Name, SecretString: 'first', ClientRequestToken: VersionId }),
      );
      assert.equal((await get(Name)).VersionId, VersionId);
    });

    test('labels are moved between versions, and AWSCURRENT is never taken off altogether', async () => {
      const { Name: SecretId, VersionId: first } = await create('first');
      const { VersionId: second = '' } = await client.send(
        new PutSecretValueCommand({ SecretId, SecretString: 'second', VersionStages: ['candidate'] }),
      );
      assert.equal((await get(SecretId)).SecretString, 'first');
      const move = (about: object) =>
        client.send(new UpdateSecretVersionStageCommand({ SecretId, VersionStage: 'AWSCURRENT', ...about }));
      await assert.rejects(move({ MoveToVersionId: second }), {
        name: 'InvalidParameterException',
        message: new RegExp(`currently attached to version ${first}`),
      });
      await assert.rejects(move({ RemoveFromVersionId: first }), { message: /can't be completely removed/ });
      await move({ MoveToVersionId: second, RemoveFromVersionId: first });
      assert.equal((await get(SecretId)).SecretString, 'second');
      await client.send(
        new UpdateSecretVersionStageCommand({ SecretId, VersionStage: 'AWSPREVIOUS', RemoveFromVersionId: first }),
      );
      const list = async (about: object) =>
        (await client.send(new ListSecretVersionIdsCommand({ SecretId, ...about }))).Versions?.map(
          ({ VersionId, VersionStages }) => [VersionId, VersionStages],
        );
      assert.deepEqual(await list({}), [[second, ['candidate', 'AWSCURRENT']]]);
      assert.deepEqual((await list({ IncludeDeprecated: true }))?.length, 2);
    });

    test('a policy is kept, checked, and blocked when it lets everybody in', async () => {
      const { Name: SecretId, ARN } = await create();
      const policy = (Principal: unknown) =>
        JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal, Action: 'secretsmanager:GetSecretValue', Resource: '*' }],
        });
      const own = policy({ AWS: 'arn:aws:iam::000000000000:root' });
      await assert.rejects(client.send(new PutResourcePolicyCommand({ SecretId, ResourcePolicy: '{}' })), {
        name: 'MalformedPolicyDocumentException',
      });
      await assert.rejects(
        client.send(new PutResourcePolicyCommand({ SecretId, ResourcePolicy: policy('*'), BlockPublicPolicy: true })),
        { name: 'PublicPolicyException' },
      );
      const validate = async (ResourcePolicy: string) =>
        (await client.send(new ValidateResourcePolicyCommand({ ResourcePolicy }))).PolicyValidationPassed;
      assert.deepEqual([await validate(own), await validate(policy('*'))], [true, false]);
      await client.send(new PutResourcePolicyCommand({ SecretId, ResourcePolicy: own, BlockPublicPolicy: true }));
      assert.equal((await client.send(new GetResourcePolicyCommand({ SecretId }))).ResourcePolicy, own);
      await client.send(new DeleteResourcePolicyCommand({ SecretId }));
      const { ResourcePolicy, ARN: arn } = await client.send(new GetResourcePolicyCommand({ SecretId }));
      assert.deepEqual([ResourcePolicy, arn], [undefined, ARN]);
    });

    test('what is marked for deletion cannot be read, can be restored, and is gone when its window is over', async () => {
      const { Name } = await create('kept');
      const SecretId = Name;
      await assert.rejects(client.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 6 })), {
        name: 'InvalidParameterException',
      });
      const now = orrery.clock.now();
      const { DeletionDate } = await client.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }));
      assert.ok(Math.abs((DeletionDate?.getTime() ?? 0) - (now + 7 * day)) < 1000);
      await assert.rejects(get(SecretId), { name: 'InvalidRequestException', message: /marked for deletion/ });
      await assert.rejects(client.send(new CreateSecretCommand({ Name })), {
        message: /already scheduled for deletion/,
      });
      await client.send(new RestoreSecretCommand({ SecretId }));
      assert.equal((await get(SecretId)).SecretString, 'kept');
      await client.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }));
      if (transport === 'process') await orrery.restart();
      await orrery.clock.wind(7 * day - 1000);
      assert.ok((await client.send(new DescribeSecretCommand({ SecretId }))).DeletedDate);
      await orrery.clock.wind(1000);
      await assert.rejects(client.send(new DescribeSecretCommand({ SecretId })), { name: 'ResourceNotFoundException' });
    });

    test('a forced deletion is at once, and no error when there is nothing', async () => {
      const { Name, ARN } = await create();
      const force = { SecretId: Name, ForceDeleteWithoutRecovery: true };
      await client.send(new DeleteSecretCommand(force));
      await client.send(new DeleteSecretCommand(force));
      await assert.rejects(get(ARN), { name: 'ResourceNotFoundException' });
      await assert.rejects(client.send(new DeleteSecretCommand({ ...force, RecoveryWindowInDays: 7 })), {
        name: 'InvalidParameterException',
      });
    });

    test('lists by name, description, tag and negation, page by page, without what is being deleted', async () => {
      for (const letter of ['a', 'b', 'c']) {
        const Tags = [{ Key: 'team', Value: `team-${letter}` }];
        await client.send(new CreateSecretCommand({ Name: `list/${letter}`, Description: `The ${letter} One`, Tags }));
      }
      const names = async (Filters: object[], about: object = {}) =>
        (await client.send(new ListSecretsCommand({ Filters: Filters as never, ...about }))).SecretList?.map(
          ({ Name }) => Name,
        );
      const byName = { Key: 'name', Values: ['list/'] };
      assert.deepEqual(await names([byName], { SortOrder: 'desc', SortBy: 'name' }), ['list/c', 'list/b', 'list/a']);
      assert.deepEqual(await names([byName, { Key: 'tag-value', Values: ['!team-b'] }]), ['list/a', 'list/c']);
      assert.deepEqual(await names([{ Key: 'description', Values: ['the B'] }]), ['list/b']);
      assert.deepEqual(await names([{ Key: 'all', Values: ['TEAM-C'] }, byName]), ['list/a', 'list/b', 'list/c']);
      const first = await client.send(new ListSecretsCommand({ Filters: [byName as never], MaxResults: 2 }));
      assert.deepEqual(await names([byName], { NextToken: first.NextToken }), ['list/c']);
      await assert.rejects(names([byName], { NextToken: 'bm90aGluZw==' }), { name: 'InvalidNextTokenException' });
      await client.send(new DeleteSecretCommand({ SecretId: 'list/b' }));
      assert.deepEqual(await names([byName]), ['list/a', 'list/c']);
      assert.deepEqual(await names([byName], { IncludePlannedDeletion: true }), ['list/a', 'list/b', 'list/c']);
    });

    test('a batch gives what it can and says of the rest why not', async () => {
      const { Name } = await create('batched');
      const answer = await client.send(new BatchGetSecretValueCommand({ SecretIdList: [Name, 'missing'] }));
      assert.equal(answer.SecretValues?.[0]?.SecretString, 'batched');
      assert.deepEqual(
        answer.Errors?.map(({ SecretId, ErrorCode }) => [SecretId, ErrorCode]),
        [['missing', 'ResourceNotFoundException']],
      );
      const filtered = { Filters: [{ Key: 'name' as const, Values: [Name] }] };
      assert.equal((await client.send(new BatchGetSecretValueCommand(filtered))).SecretValues?.[0]?.Name, Name);
    });

    test('tags are added, replaced and taken off', async () => {
      const { Name: SecretId } = await create('tagged', { Tags: [{ Key: 'a', Value: '1' }] });
      const Tags = [
        { Key: 'a', Value: '2' },
        { Key: 'b', Value: '3' },
      ];
      await client.send(new TagResourceCommand({ SecretId, Tags }));
      assert.deepEqual((await client.send(new DescribeSecretCommand({ SecretId }))).Tags, Tags);
      await client.send(new UntagResourceCommand({ SecretId, TagKeys: ['a'] }));
      assert.deepEqual((await client.send(new DescribeSecretCommand({ SecretId }))).Tags, Tags.slice(1));
    });

    test('a random password has each type of character asked for and none of those excluded', async () => {
      const password = async (options: object) =>
        (await client.send(new GetRandomPasswordCommand(options))).RandomPassword ?? '';
      assert.equal((await password({})).length, 32);
      for (let turn = 0; turn < 50; turn += 1)
        assert.match(
          await password({ PasswordLength: 4 }),
          /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[^A-Za-z0-9])[!-~]{4}$/,
        );
      const plain = { PasswordLength: 200, ExcludePunctuation: true, ExcludeUppercase: true, ExcludeNumbers: true };
      assert.match(await password({ ...plain, ExcludeCharacters: 'abc', IncludeSpace: true }), /^[d-z ]{200}$/);
      await assert.rejects(password({ PasswordLength: 3 }), { name: 'InvalidParameterException' });
    });

    test('a value survives a restart, and the data folder does not hold it in clear', async () => {
      const { Name } = await create('a value that nobody else has');
      if (transport === 'process') await orrery.restart();
      assert.equal((await get(Name)).SecretString, 'a value that nobody else has');
      const rows = orrery.kernel.store.prepare('SELECT value FROM records').all<{ value: string }>();
      assert.ok(rows.length > 0);
      for (const { value } of rows) assert.ok(!value.includes('nobody else'));
    });

    test('what is not done is refused by name', async () => {
      await assert.rejects(create('x', { AddReplicaRegions: [{ Region: 'eu-west-1' }] }), {
        name: 'NotImplemented',
        message: /AddReplicaRegions/,
      });
      await assert.rejects(create('x', { Name: 'not a name' }), { name: 'ValidationException' });
      await assert.rejects(create('x', { SecretBinary: Buffer.from('y') }), { name: 'InvalidParameterException' });
    });
  });
}

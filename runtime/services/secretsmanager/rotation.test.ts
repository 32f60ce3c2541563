import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { AddPermissionCommand, CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  CancelRotateSecretCommand,
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  type RotateSecretCommandInput,
  SecretsManagerClient,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { zipSync } from 'fflate';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

const day = 24 * 60 * 60_000;

/** AWS's own skeleton of a rotation function, in Node.js; it fails while the secret's description says so. */
const rotationFunction = `
import { SecretsManagerClient, DescribeSecretCommand, GetSecretValueCommand, PutSecretValueCommand, UpdateSecretVersionStageCommand } from '@aws-sdk/client-secrets-manager';
const client = new SecretsManagerClient();
export async function handler({ Step, SecretId, ClientRequestToken }) {
  const about = await client.send(new DescribeSecretCommand({ SecretId }));
  const stages = about.VersionIdsToStages[ClientRequestToken];
  if (!about.RotationEnabled || !stages?.includes('AWSPENDING')) throw new Error('not being rotated');
  if (about.Description === Step) throw new Error('asked to fail');
  if (Step === 'createSecret') {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId }));
    await client.send(new PutSecretValueCommand({ SecretId, ClientRequestToken, SecretString: SecretString + '+', VersionStages: ['AWSPENDING'] }));
  }
  if (Step === 'finishSecret') {
    const [current] = Object.entries(about.VersionIdsToStages).find(([, stages]) => stages.includes('AWSCURRENT'));
    await client.send(new UpdateSecretVersionStageCommand({ SecretId, VersionStage: 'AWSCURRENT', MoveToVersionId: ClientRequestToken, RemoveFromVersionId: current }));
  }
}`;

let orrery: Orrery;
let client: SecretsManagerClient;
let lambda: LambdaClient;
let RotationLambdaARN: string;

before(async () => {
  orrery = await startOrrery({ services: ['iam', 'kms', 'lambda', 'logs', 'secretsmanager', 'sts'] });
  client = orrery.client(SecretsManagerClient);
  lambda = orrery.client(LambdaClient);
  const iam = orrery.client(IAMClient);
  const document = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  const trust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const grant = { Effect: 'Allow', Action: ['secretsmanager:*', 'logs:*'], Resource: '*' };
  await iam.send(new CreateRoleCommand({ RoleName: 'rotator', AssumeRolePolicyDocument: document(trust) }));
  await iam.send(new PutRolePolicyCommand({ RoleName: 'rotator', PolicyName: 'p', PolicyDocument: document(grant) }));
  const { FunctionArn = '' } = await lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'rotate',
      Role: 'arn:aws:iam::000000000000:role/rotator',
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Timeout: 20,
      Code: { ZipFile: zipSync({ 'index.mjs': Buffer.from(rotationFunction) }) },
    }),
  );
  RotationLambdaARN = FunctionArn;
});
after(() => orrery.stop());

async function secret(Name: string, Description = ''): Promise<string> {
  await client.send(new CreateSecretCommand({ Name, SecretString: Name, Description }));
  return Name;
}

const rotate = (SecretId: string, more: Partial<RotateSecretCommandInput> = {}) =>
  client.send(new RotateSecretCommand({ SecretId, RotationLambdaARN, ...more }));
const current = async (SecretId: string, VersionStage?: string) =>
  (await client.send(new GetSecretValueCommand({ SecretId, VersionStage }))).SecretString;
const about = (SecretId: string) => client.send(new DescribeSecretCommand({ SecretId }));

test('a function that does not let Secrets Manager call it is refused', async () => {
  const SecretId = await secret('refused');
  await assert.rejects(client.send(new RotateSecretCommand({ SecretId })), {
    name: 'InvalidRequestException',
    message: 'No Lambda rotation function ARN is associated with this secret.',
  });
  await assert.rejects(rotate(SecretId), { name: 'AccessDeniedException', message: /grants access to the principal/ });
  await lambda.send(
    new AddPermissionCommand({
      FunctionName: 'rotate',
      StatementId: 'secretsmanager',
      Action: 'lambda:InvokeFunction',
      Principal: 'secretsmanager.amazonaws.com',
    }),
  );
});

test('the four steps make a new AWSCURRENT, at once and then every so many days', async () => {
  const SecretId = await secret('turning');
  const { VersionId } = await rotate(SecretId, { RotationRules: { AutomaticallyAfterDays: 10, Duration: '2h' } });
  await orrery.clock.wind(0);
  assert.equal(await current(SecretId), 'turning+');
  assert.equal(await current(SecretId, 'AWSPREVIOUS'), 'turning');
  const described = await about(SecretId);
  assert.deepEqual(described.VersionIdsToStages?.[VersionId ?? ''], ['AWSCURRENT']);
  assert.equal(described.LastRotatedDate?.getTime(), orrery.clock.now());
  const windowEnd = (Math.floor(orrery.clock.now() / day) + 10) * day + 2 * 60 * 60_000 - 1000;
  assert.equal(described.NextRotationDate?.getTime(), windowEnd);
  await orrery.restart();
  await orrery.clock.wind(10 * day);
  assert.equal(await current(SecretId), 'turning++');
  await orrery.clock.wind(5 * day);
  await client.send(new PutSecretValueCommand({ SecretId, SecretString: 'by hand' }));
  await orrery.clock.wind(6 * day);
  assert.equal(await current(SecretId), 'by hand', 'a value put by hand counts as a rotation');
  await client.send(new CancelRotateSecretCommand({ SecretId }));
  await orrery.clock.wind(20 * day);
  assert.equal(await current(SecretId), 'by hand');
  assert.equal((await about(SecretId)).RotationEnabled, false);
});

test('a rotation that fails is tried again, and blocks another until it is complete', async () => {
  const SecretId = await secret('failing', 'testSecret');
  const { VersionId } = await rotate(SecretId);
  await orrery.clock.wind(0);
  assert.equal(await current(SecretId), 'failing');
  assert.equal(await current(SecretId, 'AWSPENDING'), 'failing+');
  await assert.rejects(rotate(SecretId), {
    name: 'InvalidRequestException',
    message: "A previous rotation isn't complete. That rotation will be reattempted.",
  });
  await orrery.clock.wind(0);
  await client.send(new UpdateSecretCommand({ SecretId, Description: '' }));
  await orrery.restart();
  await orrery.clock.wind(60_000);
  assert.equal(await current(SecretId), 'failing+');
  assert.deepEqual((await about(SecretId)).VersionIdsToStages?.[VersionId ?? ''], ['AWSCURRENT']);
});

test('RotateImmediately false runs testSecret and leaves no version behind', async () => {
  const SecretId = await secret('tested');
  await rotate(SecretId, { RotateImmediately: false, RotationRules: { AutomaticallyAfterDays: 1 } });
  await orrery.clock.wind(0);
  assert.equal(await current(SecretId), 'tested');
  const { Versions } = await client.send(new ListSecretVersionIdsCommand({ SecretId, IncludeDeprecated: true }));
  assert.equal(Versions?.length, 1);
  await orrery.clock.wind(day);
  assert.equal(await current(SecretId), 'tested+');
  await client.send(new CancelRotateSecretCommand({ SecretId }));
});

test('a cron or rate expression names the windows, at most every four hours and within a day', async () => {
  const SecretId = await secret('windows');
  const schedule = (RotationRules: object) => rotate(SecretId, { RotateImmediately: false, RotationRules });
  for (const RotationRules of [
    { ScheduleExpression: 'rate(3 hours)' },
    { ScheduleExpression: 'rate(10 minutes)' },
    { ScheduleExpression: 'cron(30 8 * * ? *)' },
    { ScheduleExpression: 'cron(0 23 * * ? *)', Duration: '3h' },
    { ScheduleExpression: 'rate(4 hours)', AutomaticallyAfterDays: 1 },
    { AutomaticallyAfterDays: 1001 },
  ])
    await assert.rejects(schedule(RotationRules), { name: 'InvalidParameterException' });
  await schedule({ ScheduleExpression: 'cron(0 8 1 * ? *)', Duration: '2h' });
  const { NextRotationDate } = await about(SecretId);
  assert.match(NextRotationDate?.toISOString() ?? '', /-01T09:59:59/);
  const startMs = (NextRotationDate?.getTime() ?? 0) - (2 * 60 * 60_000 - 1000);
  await orrery.clock.wind(startMs - orrery.clock.now() - 1);
  assert.equal(await current(SecretId), 'windows');
  await orrery.clock.wind(1);
  assert.equal(await current(SecretId), 'windows+');
  await schedule({ ScheduleExpression: 'rate(6 hours)' });
  await orrery.clock.wind(day);
  assert.equal(await current(SecretId), 'windows+++++');
  await client.send(new CancelRotateSecretCommand({ SecretId }));
});

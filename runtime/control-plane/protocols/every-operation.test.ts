import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { serviceName } from '../../../tools/extract-models/client.ts';
import { systemIds } from '../../kernel/ids.ts';
import { loadModel, type Member, type Operation, type Shape } from './model.ts';
import { RandomValues } from './random-values.fixture.ts';
import { SdkJudge } from './sdk-judge.fixture.ts';

/** ORRERY_SEED repeats a run that failed. */
const seed = process.env.ORRERY_SEED ?? systemIds().hex(8);
const root = join(import.meta.dirname, '..', '..', '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  devDependencies: Record<string, string>;
};
const packages = Object.keys(manifest.devDependencies).filter((name) => name.startsWith('@aws-sdk/client-'));

type Client = { send(command: object): Promise<Record<string, unknown>> };
type Sdk = Record<string, new (input: object) => Client>;

for (const packageName of packages) {
  const service = serviceName(packageName);
  test(`${service}: the SDK and the codecs understand one another in every operation and every error`, async () => {
    const sdk = (await import(packageName)) as Sdk;
    const judge = new SdkJudge(service);
    const client = connect(judge, sdk);
    const values = new RandomValues(`${seed}:${service}`);
    const { operations, errors } = loadModel(service);
    for (const operation of operations.values()) {
      if (!unjudged.has(operation.name))
        await named(operation.name, exchange(judge, client, sdk[`${operation.name}Command`], operation, values));
    }
    const asked = [...operations.values()].find(({ http, name }) => http?.method !== 'HEAD' && !unjudged.has(name));
    assert.ok(asked);
    for (const shape of new Set(errors.values())) {
      const Command = sdk[`${asked.name}Command`] as Sdk[string];
      await named(shape.name, fail(judge, client, new Command(values.whole(asked.input, madeBySdk)), shape, values));
    }
  });
}

function connect(judge: SdkJudge, sdk: Sdk): Client {
  const ClientClass = Object.entries(sdk).find(([name]) => name.endsWith('Client') && name !== '__Client')?.[1];
  assert.ok(ClientClass);
  const config = { disableHostPrefix: true, md5: false, useQueueUrlAsEndpoint: false };
  return judge.connect(ClientClass as new (config: never) => Client, config);
}

async function named(name: string, judged: Promise<void>): Promise<void> {
  await judged.catch((error: Error) => {
    throw new Error(`${name} (ORRERY_SEED=${seed}): ${error.message}`, { cause: error });
  });
}

/** One request and one answer. The client may add members of its own (checksums, lengths, tokens), so what was given must be among what came. */
async function exchange(
  judge: SdkJudge,
  client: Client,
  Command: Sdk[string] | undefined,
  operation: Operation,
  values: RandomValues,
): Promise<void> {
  assert.ok(Command, 'the SDK has no such command');
  const input = values.whole(operation.input, madeBySdk);
  const output = values.whole(operation.output, (member) => isStream(member) || madeBySdk(member));
  const stream = operation.output.members.find(
    (member) => member.shape.traits.streaming && member.shape.type === 'union',
  );
  judge.answer = { output: stream ? { ...output, [stream.name]: noEvents() } : output };
  const answered = await client.send(new Command(structuredClone(input)));
  assert.equal(judge.heard?.operation, operation.name);
  assert.deepEqual(plain(pick(judge.heard.input, input)), plain(input));
  assert.deepEqual(plain(pick(answered, output)), plain(output));
}

/** The error arrives as the SDK's class for it, with its message and its members. */
async function fail(
  judge: SdkJudge,
  client: Client,
  command: object,
  shape: Shape,
  values: RandomValues,
): Promise<void> {
  const members = values.whole(shape, ({ name }) => /^(message|code|type)$/i.test(name));
  const { error: fault = 'client', httpError, awsQueryError } = shape.traits;
  judge.answer = {
    error: { code: shape.name, message: 'It is <so>.', status: httpError ?? awsQueryError?.[1] ?? 400, fault, members },
  };
  const error = (await client.send(command).then(
    () => assert.fail('no error'),
    (reason) => reason,
  )) as Error & Record<string, unknown>;
  // Where the code of the query protocol is another error's name, the SDK takes that one (CloudWatch's ResourceNotFound).
  assert.ok([shape.name, awsQueryError?.[0]].includes(error.name), `${error.name} came`);
  assert.equal(error.message, 'It is <so>.');
  assert.deepEqual(plain(pick(error, members)), plain(members));
}

async function* noEvents() {}

/** S3 Express shares a path with ListBuckets and tells itself apart by host; the other's route is part of its host. */
const unjudged = new Set(['ListDirectoryBuckets', 'WriteGetObjectResponse']);

/** Streams of answers have tests of their own. */
function isStream({ shape, traits }: Member): boolean {
  return Boolean(traits.streaming || shape.traits.streaming);
}

/**
 * What the SDK makes of members before they travel: keys are hashed, checksums computed, JSON headers wrapped, dates of
 * S3 handed out as text too; a list Route 53 is given where there was none; what makes it choose another endpoint; and what
 * an event stream's own type stands for.
 */
function madeBySdk({ name, traits }: Member): boolean {
  return Boolean(traits.mediaType) || made.test(name);
}

const made =
  /SSECustomerKey|^Checksum|^(ContentMD5|ContentLength|CreateBucketConfiguration|ChangeBatch|MFA|ExpiresString|EndpointId|ResponseStreamContentType)$/;

function pick(from: Record<string, unknown>, like: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.keys(like).map((name) => [name, from[name]]));
}

/** Without the classes that differ on the two sides: bytes as base64, dates as text, objects without prototypes. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('base64')}`;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}

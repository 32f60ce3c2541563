import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { request } from 'undici';
import { type Orrery, startOrrery } from '../runtime-fixture.ts';
import { eventually } from '../systems/system-fixture.ts';
import { boto3, skipWithout } from '../tools.fixture.ts';

const root = join(import.meta.dirname, '..', '..');
const command = join(root, 'node_modules', 'aws-cdk', 'bin', 'cdk');
/** Loaded before the CLI: between two looks at a stack or a change set it waits five seconds, which no option shortens. */
const lookingOften = `data:text/javascript,${encodeURIComponent(
  'const wait = setTimeout; globalThis.setTimeout = (then, ms, ...rest) => wait(then, ms === 5000 ? 250 : ms, ...rest)',
)}`;

/**
 * The real CDK CLI, told of the cloud by nothing but AWS_ENDPOINT_URL, with the default synthesizer: it assumes the roles
 * that its bootstrap stack made, publishes assets to that stack's bucket, and deploys by change sets.
 */
describe('the CDK CLI', { skip: skipWithout(boto3) }, () => {
  let orrery: Orrery;
  let home: string;
  let running: ChildProcess | undefined;
  const app = () => join(home, 'app');

  before(async () => {
    orrery = await startOrrery({ clock: 'running' });
    home = mkdtempSync(join(tmpdir(), 'orrery-cdk-'));
    // As a newcomer's folder looks after `npm install`.
    cpSync(join(import.meta.dirname, 'newcomer-app'), app(), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(app(), 'node_modules'));
    writeFileSync(join(app(), 'package-lock.json'), '{}');
    writeFileSync(join(home, '.cdk.json'), '{"notices": false}');
    mkdirSync(join(home, 'bin'));
    symlinkSync(process.execPath, join(home, 'bin', 'node'));
  });
  after(async () => {
    running?.kill('SIGKILL');
    await orrery.stop();
    rmSync(home, { recursive: true, force: true });
  });

  /** Everything it said, once it has ended well. */
  async function cdk(...argv: string[]): Promise<string> {
    const child = spawn(process.execPath, ['--import', lookingOften, command, ...argv], {
      cwd: app(),
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: `${join(home, 'bin')}:${process.env.PATH}`,
        HOME: home,
        NO_COLOR: '1',
        CDK_DISABLE_CLI_TELEMETRY: 'true',
        CDK_VALIDATION: 'false',
        NODE_COMPILE_CACHE: join(home, 'compiled'),
        AWS_ENDPOINT_URL: orrery.url,
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_REGION: 'us-east-1',
      },
    });
    running = child;
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (said += String(chunk)));
    const code = await new Promise((resolve) => child.on('close', resolve));
    assert.equal(code, 0, `cdk ${argv.join(' ')}:\n${said}`);
    assert.doesNotMatch(said, /could not be used to assume|AccessDenied|NotImplemented/, said);
    return said;
  }

  function edit(file: string, from: string, to: string): void {
    const text = readFileSync(join(app(), file), 'utf8');
    assert.ok(text.includes(from));
    writeFileSync(join(app(), file), text.replace(from, to));
  }

  async function stack(StackName: string) {
    const { Stacks = [] } = await orrery.client(CloudFormationClient).send(new DescribeStacksCommand({ StackName }));
    const outputs = Object.fromEntries((Stacks[0]?.Outputs ?? []).map((one) => [one.OutputKey, one.OutputValue ?? '']));
    return { status: Stacks[0]?.StackStatus, outputs };
  }

  test('bootstrap makes its stack with the roles, bucket, repository and version', async () => {
    const said = await cdk('bootstrap', 'aws://000000000000/us-east-1');
    assert.match(said, /Environment aws:\/\/000000000000\/us-east-1 bootstrapped\./);
    const { status, outputs } = await stack('CDKToolkit');
    assert.equal(status, 'CREATE_COMPLETE');
    assert.equal(outputs.BucketName, 'cdk-hnb659fds-assets-000000000000-us-east-1');
    assert.match(outputs.BootstrapVersion ?? '', /^\d+$/);
  });

  test('deploy publishes the assets, shows each event and the outputs, and the app answers', async () => {
    const said = await cdk('deploy', '--require-approval', 'never', '--progress', 'events');
    assert.match(said, /CREATE_COMPLETE +\| AWS::Lambda::Function +\| CounterFunction/);
    assert.match(said, /\| +(\d+)\/\1 \| [^|]+\| CREATE_COMPLETE +\| AWS::CloudFormation::Stack/);
    assert.match(said, /BookmarksStack\.ApiUrl = https:\/\/\w+\.execute-api\.us-east-1\.amazonaws\.com/);
    const { outputs } = await stack('BookmarksStack');
    const { statusCode, body } = await request(`${orrery.httpUrl}/bookmarks`, {
      method: 'POST',
      headers: { host: new URL(outputs.ApiUrl ?? '').host },
      body: JSON.stringify({ url: 'https://nodejs.org', tag: 'js' }),
    });
    assert.equal(statusCode, 201, await body.text());
  });

  test('deploy --hotswap changes a function without the stack', async () => {
    edit('lambda/counter/counter.js', "'ADD saved :one'", "'ADD saved :one '");
    const said = await cdk('deploy', '--hotswap', '--require-approval', 'never');
    assert.match(said, /AWS::Lambda::Function 'BookmarksStack-CounterFunction\w+-\w+' hotswapped!/);
    edit('lambda/counter/counter.js', "'ADD saved :one '", "'ADD saved :one'");
  });

  test('diff makes a change set, shows what would change, and leaves the stack as it is', async () => {
    edit('lib/bookmarks-stack.ts', 'seconds(60)', 'seconds(90)');
    const said = await cdk('diff');
    assert.match(said, /create a read-only change set/);
    assert.match(
      said,
      /\[~\] AWS::SQS::Queue CountQueue \w+\s+└─ \[~\] VisibilityTimeout\s+├─ \[-\] 60\s+└─ \[\+\] 90/,
    );
    assert.match(said, /Number of stacks with differences: 1/);
    assert.equal((await stack('BookmarksStack')).status, 'CREATE_COMPLETE');
  });

  test('deploy again updates what differs and nothing else; then diff finds no difference', async () => {
    const said = await cdk('deploy', '--require-approval', 'never', '--progress', 'events');
    const changed = [...said.matchAll(/UPDATE_COMPLETE +\| (AWS::\S+|Custom::\S+)/g)].map(([, type]) => type);
    assert.deepEqual(changed, ['AWS::SQS::Queue', 'AWS::CloudFormation::Stack']);
    assert.match(await cdk('diff', '--fail'), /Number of stacks with differences: 0/);
  });

  test('destroy deletes everything, the objects in the bucket too', async () => {
    const { outputs } = await stack('BookmarksStack');
    assert.match(await cdk('destroy', '--force'), /BookmarksStack: destroyed/);
    await assert.rejects(stack('BookmarksStack'), /does not exist/);
    await assert.rejects(orrery.client(S3Client).send(new HeadBucketCommand({ Bucket: outputs.BucketName })), {
      name: 'NotFound',
    });
  });

  test('what the bootstrap stack leaves behind when it is deleted, the next bootstrap takes in again', async () => {
    const client = orrery.client(CloudFormationClient);
    await client.send(new DeleteStackCommand({ StackName: 'CDKToolkit' }));
    await eventually('the bootstrap stack is gone', async () =>
      stack('CDKToolkit').then(
        () => undefined,
        () => true,
      ),
    );
    await cdk('bootstrap', 'aws://000000000000/us-east-1');
    const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: 'CDKToolkit' }));
    assert.deepEqual(
      StackEvents.filter(({ ResourceStatus }) => ResourceStatus === 'IMPORT_COMPLETE').map(
        (one) => one.LogicalResourceId,
      ),
      ['StagingBucket'],
    );
  });
});

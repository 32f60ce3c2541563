import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  CloudWatchLogsClient,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  AddPermissionCommand,
  CreateAliasCommand,
  DeleteFunctionCommand,
  GetAccountSettingsCommand,
  GetFunctionCommand,
  GetPolicyCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
  ListVersionsByFunctionCommand,
  PublishLayerVersionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  RemovePermissionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { servicePrincipal } from '../../kernel/principal.ts';
import { type LambdaCloud, startLambda, zip } from './test-cloud.ts';

const answers = (text: string) => `export const handler = async () => ${JSON.stringify(text)}`;
const arn = (resource: string) => `arn:aws:lambda:us-east-1:000000000000:function:${resource}`;

describe('functions, their versions and aliases', () => {
  let cloud: LambdaCloud;
  let lambda: LambdaClient;
  before(async () => {
    cloud = await startLambda();
    lambda = cloud.lambda;
  });
  after(() => cloud.orrery.stop());

  it('is found by name, partial ARN and ARN, and its code can be fetched for ten minutes', async () => {
    await cloud.create('named', answers('me'), { Description: 'a function' });
    for (const FunctionName of ['named', 'function:named', '000000000000:function:named', arn('named')]) {
      const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName }));
      assert.deepEqual(
        [Configuration?.FunctionArn, Configuration?.State, Configuration?.Description],
        [arn('named'), 'Active', 'a function'],
      );
    }
    const { Code } = await lambda.send(new GetFunctionCommand({ FunctionName: 'named' }));
    const location = Code?.Location ?? '';
    assert.deepEqual(
      new Uint8Array(await (await fetch(location)).arrayBuffer()),
      new Uint8Array(zip({ 'index.mjs': answers('me') })),
    );
    await cloud.orrery.clock.wind(601_000);
    assert.equal((await fetch(location)).status, 403);
  });

  it('refuses what AWS refuses, in its words', async () => {
    await cloud.create('once', answers('1'));
    await assert.rejects(cloud.create('once', answers('1')), {
      name: 'ResourceConflictException',
      message: 'Function already exist: once',
    });
    await assert.rejects(cloud.create('role', answers('1'), { Role: 'arn:aws:iam::000000000000:role/none' }), {
      name: 'InvalidParameterValueException',
      message: 'The role defined for the function cannot be assumed by Lambda.',
    });
    await assert.rejects(
      cloud.create('reserved', answers('1'), { Environment: { Variables: { AWS_REGION: 'x' } } }),
      /reserved keys/,
    );
    await assert.rejects(cloud.create('java', answers('1'), { Runtime: 'java21' }), {
      name: 'NotImplemented',
      message: /Lambda runtime java21 is refused/,
    });
    await assert.rejects(
      cloud.create('old', answers('1'), { Runtime: 'nodejs16.x' }),
      /The runtime parameter of nodejs16.x is no longer supported/,
    );
    await assert.rejects(
      cloud.create('bad-zip', '', { Code: { ZipFile: Buffer.from('no zip') } }),
      /Could not unzip uploaded file/,
    );
    await assert.rejects(cloud.invoke('nobody'), {
      name: 'ResourceNotFoundException',
      message: `Function not found: ${arn('nobody')}`,
    });
  });

  it('publishes snapshots that stay as they were, and none when nothing changed', async () => {
    await cloud.create('versions', answers('one'));
    const first = await lambda.send(new PublishVersionCommand({ FunctionName: 'versions' }));
    const again = await lambda.send(new PublishVersionCommand({ FunctionName: 'versions' }));
    assert.deepEqual([first.Version, again.Version, first.FunctionArn], ['1', '1', arn('versions:1')]);
    await lambda.send(
      new UpdateFunctionCodeCommand({
        FunctionName: 'versions',
        ZipFile: zip({ 'index.mjs': answers('two') }),
        Publish: true,
      }),
    );
    assert.deepEqual(
      [(await cloud.invoke('versions:1')).result, (await cloud.invoke('versions', {}, { Qualifier: '2' })).result],
      ['one', 'two'],
    );
    const { Versions = [] } = await lambda.send(new ListVersionsByFunctionCommand({ FunctionName: 'versions' }));
    assert.deepEqual(
      Versions.map(({ FunctionArn }) => FunctionArn),
      ['$LATEST', '1', '2'].map((version) => arn(`versions:${version}`)),
    );
  });

  it('splits the traffic of an alias by its weights', async () => {
    await cloud.create('canary', answers('old'));
    await lambda.send(new PublishVersionCommand({ FunctionName: 'canary' }));
    await lambda.send(
      new UpdateFunctionCodeCommand({
        FunctionName: 'canary',
        ZipFile: zip({ 'index.mjs': answers('new') }),
        Publish: true,
      }),
    );
    await lambda.send(
      new CreateAliasCommand({
        FunctionName: 'canary',
        Name: 'live',
        FunctionVersion: '1',
        RoutingConfig: { AdditionalVersionWeights: { 2: 0.5 } },
      }),
    );
    await assert.rejects(lambda.send(new DeleteFunctionCommand({ FunctionName: 'canary', Qualifier: '2' })), {
      name: 'ResourceConflictException',
    });
    const seen = new Set<unknown>();
    for (let n = 0; n < 60 && seen.size < 2; n += 1) seen.add((await cloud.invoke('canary:live')).ExecutedVersion);
    assert.deepEqual([...seen].sort(), ['1', '2']);
    await lambda.send(
      new UpdateAliasCommand({
        FunctionName: 'canary',
        Name: 'live',
        FunctionVersion: '2',
        RoutingConfig: { AdditionalVersionWeights: {} },
      }),
    );
    assert.equal((await cloud.invoke('canary:live')).result, 'new');
  });

  it('runs new code for every request after the answer, and fails none under way', async () => {
    await cloud.create(
      'deployed',
      'export const handler = async () => { await new Promise((r) => setTimeout(r, 20)); return 1 }',
    );
    const results: unknown[] = [];
    let going = true;
    const callers = Array.from({ length: 6 }, async () => {
      while (going) results.push((await cloud.invoke('deployed', {}, { LogType: 'None' })).result);
    });
    for (let n = 2; n <= 4; n += 1) {
      await lambda.send(
        new UpdateFunctionCodeCommand({
          FunctionName: 'deployed',
          ZipFile: zip({ 'index.mjs': `export const handler = async () => ${n}` }),
        }),
      );
      assert.equal((await cloud.invoke('deployed')).result, n);
    }
    going = false;
    await Promise.all(callers);
    assert.ok(results.every((result) => typeof result === 'number'));
  });

  it('changes its configuration in new environments', async () => {
    await cloud.create(
      'configured',
      'export const handler = async () => [process.env.AB, process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE]',
    );
    await lambda.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: 'configured',
        MemorySize: 256,
        Environment: { Variables: { AB: 'b' } },
      }),
    );
    assert.deepEqual((await cloud.invoke('configured')).result, ['b', '256']);
  });

  it('throttles at its reserved concurrency with TooManyRequestsException', async () => {
    await cloud.create(
      'reserved',
      'export const handler = async () => { await new Promise((r) => setTimeout(r, 100)) }',
    );
    await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: 'reserved', ReservedConcurrentExecutions: 1 }));
    const [first, second] = await Promise.allSettled([cloud.invoke('reserved'), cloud.invoke('reserved')]);
    assert.equal(first.status, 'fulfilled');
    assert.equal(second.status, 'rejected');
    const { name, Reason, $metadata } = second.reason as {
      name: string;
      Reason: string;
      $metadata: { httpStatusCode: number };
    };
    assert.deepEqual(
      [name, Reason, $metadata.httpStatusCode],
      ['TooManyRequestsException', 'ReservedFunctionConcurrentInvocationLimitExceeded', 429],
    );
    const { AccountLimit } = await lambda.send(new GetAccountSettingsCommand({}));
    assert.equal(AccountLimit?.UnreservedConcurrentExecutions, 999);
    await assert.rejects(
      lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: 'reserved', ReservedConcurrentExecutions: 901 })),
      /below its minimum value of \[100\]/,
    );
  });

  it('lets another service in only with a permission for its source', async () => {
    await cloud.create('permitted', answers('in'));
    const sourceArn = 'arn:aws:execute-api:us-east-1:000000000000:abc/*';
    const asApi = cloud.orrery.context({
      principal: servicePrincipal('apigateway.amazonaws.com', '000000000000', {
        sourceArn: 'arn:aws:execute-api:us-east-1:000000000000:abc/x',
      }),
    });
    const call = () => asApi.call('lambda', 'Invoke', { FunctionName: 'permitted' });
    await assert.rejects(call(), { code: 'AccessDeniedException' });
    const permission = {
      FunctionName: 'permitted',
      StatementId: 'api',
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
      SourceArn: sourceArn,
    };
    await lambda.send(new AddPermissionCommand(permission));
    await call();
    await assert.rejects(lambda.send(new AddPermissionCommand(permission)), { name: 'ResourceConflictException' });
    const { Policy = '' } = await lambda.send(new GetPolicyCommand({ FunctionName: 'permitted' }));
    assert.deepEqual(JSON.parse(Policy).Statement, [
      {
        Sid: 'api',
        Effect: 'Allow',
        Principal: { Service: 'apigateway.amazonaws.com' },
        Action: 'lambda:InvokeFunction',
        Resource: arn('permitted'),
        Condition: { ArnLike: { 'AWS:SourceArn': sourceArn } },
      },
    ]);
    await lambda.send(new RemovePermissionCommand({ FunctionName: 'permitted', StatementId: 'api' }));
    await assert.rejects(call(), { code: 'AccessDeniedException' });
  });

  it('finds modules of its layers', async () => {
    const Content = { ZipFile: zip({ 'nodejs/node_modules/layered/index.js': 'exports.text = "from the layer"' }) };
    const { LayerVersionArn = '' } = await lambda.send(new PublishLayerVersionCommand({ LayerName: 'lib', Content }));
    const other = await lambda.send(
      new PublishLayerVersionCommand({ LayerName: 'data', Content: { ZipFile: zip({ 'data.txt': 'data' }) } }),
    );
    const code =
      'import { readFileSync } from "node:fs"; import layered from "layered"; export const handler = async () => layered.text';
    await cloud.create('layered', code, { Layers: [LayerVersionArn, other.LayerVersionArn ?? ''] });
    assert.equal((await cloud.invoke('layered')).result, 'from the layer');
  });

  it('writes its log to /aws/lambda/<name>, in a stream of its environment', async () => {
    await cloud.create('logs', 'export const handler = async () => console.info("kept")');
    await cloud.invoke('logs');
    await cloud.orrery.clock.wind(1000);
    const logs = cloud.orrery.client(CloudWatchLogsClient);
    const { logStreams: [stream] = [] } = await logs.send(
      new DescribeLogStreamsCommand({ logGroupName: '/aws/lambda/logs' }),
    );
    assert.match(stream?.logStreamName ?? '', /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
    const { events = [] } = await logs.send(
      new GetLogEventsCommand({
        logGroupName: '/aws/lambda/logs',
        logStreamName: stream?.logStreamName,
        startFromHead: true,
      }),
    );
    assert.deepEqual(
      events.map(({ message }) => message?.split(/[ \t]/)[0]?.replace(/^\d.*/, 'time')),
      ['INIT_START', 'START', 'time', 'END', 'REPORT'],
    );
  });

  it('loads a client of the SDK that is not here, and refuses it by name when it is used', async () => {
    const code = `const { BraketClient, SearchJobsCommand } = require('@aws-sdk/client-braket');
      const client = new BraketClient({});
      exports.handler = async ({ use }) => (use ? client.send(new SearchJobsCommand({})) : 'loaded');`;
    await cloud.create('other-client', { 'index.js': code });
    assert.equal((await cloud.invoke('other-client')).result, 'loaded');
    const { errorMessage } = (await cloud.invoke('other-client', { use: true })).result as { errorMessage: string };
    assert.match(errorMessage, /^@aws-sdk\/client-braket is refused/);
    await cloud.create('no-such-module', { 'index.js': "require('@aws-sdk/nothing')" });
    const missing = (await cloud.invoke('no-such-module')).result as { errorType: string };
    assert.equal(missing.errorType, 'Runtime.ImportModuleError');
  });

  it('has its log delivered once DeleteFunction has answered, for its role may be the next to go', async () => {
    await cloud.create('short-lived', 'export const handler = async () => console.info("last words")');
    await cloud.invoke('short-lived');
    await lambda.send(new DeleteFunctionCommand({ FunctionName: 'short-lived' }));
    const logs = cloud.orrery.client(CloudWatchLogsClient);
    const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: '/aws/lambda/short-lived' }));
    assert.ok(events.some(({ message }) => message?.includes('last words')));
  });

  it('writes JSON logs at the levels asked for', async () => {
    await cloud.create('json', 'export const handler = async () => { console.debug("no"); console.warn("yes", 1) }', {
      LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'WARN', SystemLogLevel: 'WARN' },
    });
    const { log } = await cloud.invoke('json');
    const [line = '', ...rest] = log;
    const { level, message } = JSON.parse(line) as Record<string, string>;
    assert.deepEqual([level, message, rest], ['WARN', 'yes 1', []]);
  });

  it('is gone after DeleteFunction, and everything else is still there after a restart', async () => {
    await lambda.send(new DeleteFunctionCommand({ FunctionName: 'named' }));
    await assert.rejects(cloud.invoke('named'), { name: 'ResourceNotFoundException' });
    const stored = () => readdirSync(join(cloud.orrery.dataDir, 'lambda-code')).length;
    const before = stored();
    await cloud.orrery.restart();
    assert.ok(stored() < before);
    const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
    assert.ok(Functions.some(({ FunctionName }) => FunctionName === 'versions'));
    assert.equal((await cloud.invoke('versions:1')).result, 'one');
    const socket = cloud.orrery.client(LambdaClient, { transport: 'socket' });
    const { Payload } = await socket.send(new InvokeCommand({ FunctionName: 'versions' }));
    assert.equal(Buffer.from(Payload ?? []).toString(), '"two"');
  });
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { notHere } from '../../../tests/not-here.ts';
import { compute } from '../../engines/compute/compute.ts';
import { type LambdaCloud, startLambda } from './test-cloud.ts';

describe('invoking a function', () => {
  let cloud: LambdaCloud;
  before(async () => {
    cloud = await startLambda();
  });
  after(() => cloud.orrery.stop());

  it('answers what the handler returns, with the context of "Lambda context object in Node.js"', async () => {
    const { create, invoke } = cloud;
    await create(
      'echo',
      'export const handler = async (event, { functionName, functionVersion, memoryLimitInMB, getRemainingTimeInMillis }) => ({ event, functionName, functionVersion, memoryLimitInMB, left: getRemainingTimeInMillis() })',
    );
    const { result, FunctionError, ExecutedVersion } = await invoke('echo', { a: 1 });
    const { left, ...rest } = result as { left: number };
    assert.deepEqual(rest, {
      event: { a: 1 },
      functionName: 'echo',
      functionVersion: '$LATEST',
      memoryLimitInMB: '128',
    });
    assert.ok(left > 1000 && left <= 3000);
    assert.equal(FunctionError, undefined);
    assert.equal(ExecutedVersion, '$LATEST');
  });

  it('writes START, the console lines, END and REPORT as AWS does', async () => {
    const { create, invoke } = cloud;
    await create(
      'talks',
      'export const handler = async () => { console.log("two\\nlines", { a: 1 }); console.error("bad") }',
    );
    const { log } = await invoke('talks');
    const [start = '', first = '', second = '', third = '', end = '', report = ''] = log;
    const id = start.split(' ')[2];
    assert.equal(start, `START RequestId: ${id} Version: $LATEST`);
    assert.match(first, new RegExp(`^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z\\t${id}\\tINFO\\ttwo$`));
    assert.equal(second, 'lines { a: 1 }');
    assert.match(third, new RegExp(`\\t${id}\\tERROR\\tbad$`));
    assert.equal(end, `END RequestId: ${id}`);
    assert.match(
      report,
      new RegExp(
        `^REPORT RequestId: ${id}\\tDuration: [\\d.]+ ms\\tBilled Duration: \\d+ ms\\tMemory Size: 128 MB\\tMax Memory Used: \\d+ MB\\tInit Duration: [\\d.]+ ms\\t?$`,
      ),
    );
  });

  it('gives an environment’s invocations to its own process alone', {
    skip: process.platform !== 'linux',
  }, async () => {
    const { create, invoke } = cloud;
    await create('lets', 'export const handler = async () => process.env.AWS_LAMBDA_RUNTIME_API');
    await create(
      'takes',
      `export const handler = async ({ api }) =>
        (await fetch('http://' + api + '/2018-06-01/runtime/invocation/next', { signal: AbortSignal.timeout(2000) })).status`,
    );
    const { result: api } = await invoke('lets');
    assert.match(String(api), /^127\.0\.0\.1:\d+$/);
    const { result } = await invoke('takes', { api });
    assert.equal((result as { errorMessage?: string }).errorMessage, 'fetch failed');
    assert.equal((await invoke('lets')).result, api);
  });

  it('cannot change its own code, which other environments run too', async (t) => {
    const { create, invoke, orrery } = cloud;
    const asRoot = orrery.kernel.engine(compute).isolation.level === 'namespaces' && process.getuid?.() === 0;
    const lacking = asRoot ? undefined : 'folders are bound read-only by root alone';
    if (notHere('code that a function cannot change', lacking)) return t.skip(lacking);
    await create(
      'writes',
      `import { writeFileSync } from 'node:fs';
      export const handler = async () => {
        try { writeFileSync(process.env.LAMBDA_TASK_ROOT + '/index.mjs', 'broken'); } catch (error) { return error.code; }
      }`,
    );
    assert.equal((await invoke('writes')).result, 'EROFS');
  });

  it('keeps the environment between invocations and shows it its code at LAMBDA_TASK_ROOT', async () => {
    const { create, invoke } = cloud;
    await create(
      'counts',
      'let n = 0; export const handler = async () => ({ n: ++n, here: import.meta.url.includes(process.env.LAMBDA_TASK_ROOT), mine: process.env.MINE, path: process.env.NODE_TEST_CONTEXT })',
      { Environment: { Variables: { MINE: 'yes' } } },
    );
    assert.deepEqual((await invoke('counts')).result, { n: 1, here: true, mine: 'yes' });
    assert.deepEqual((await invoke('counts')).result, { n: 2, here: true, mine: 'yes' });
  });

  const failures: [
    string,
    string | Record<string, string>,
    Record<string, unknown>,
    Partial<Parameters<LambdaCloud['create']>[2]>?,
  ][] = [
    [
      'throws',
      'export const handler = async () => { throw new RangeError("no") }',
      { errorType: 'RangeError', errorMessage: 'no' },
    ],
    [
      'calls-back',
      { 'index.js': 'exports.handler = (event, context, callback) => { callback(new Error("called back")) }' },
      { errorType: 'Error', errorMessage: 'called back' },
    ],
    [
      'rejects',
      'export const handler = async () => { Promise.reject(new Error("lost")); await new Promise((r) => setTimeout(r, 1000)) }',
      { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'Error: lost' },
    ],
    [
      'exits',
      'export const handler = async () => process.exit(3)',
      {
        errorType: 'Runtime.ExitError',
        errorMessage: /^RequestId: \S+ Error: Runtime exited with error: exit status 3$/,
      },
    ],
    [
      'no-export',
      'export const other = 1',
      { errorType: 'Runtime.HandlerNotFound', errorMessage: 'index.handler is undefined or not exported' },
    ],
    [
      'no-module',
      { 'other.js': '' },
      {
        errorType: 'Runtime.ImportModuleError',
        errorMessage: "Error: Cannot find module 'index'\nRequire stack:\n- /var/runtime/index.mjs",
      },
    ],
    [
      'no-import',
      'import "not-there"; export const handler = 1',
      { errorType: 'Runtime.ImportModuleError', errorMessage: /not-there/ },
    ],
    [
      'bad-syntax',
      'export const handler = (',
      { errorType: 'Runtime.UserCodeSyntaxError', errorMessage: /SyntaxError/ },
    ],
    ['throws-at-load', 'throw new Error("at load")', { errorType: 'Error', errorMessage: 'at load' }],
    [
      'callback-24',
      { 'index.js': 'exports.handler = (event, context, callback) => callback()' },
      { errorType: 'Runtime.CallbackHandlerDeprecated', errorMessage: /callback/ },
      { Runtime: 'nodejs24.x' },
    ],
  ];
  for (const [name, code, expected, more] of failures) {
    it(`tells what went wrong: ${name}`, async () => {
      await cloud.create(name, code, more);
      const { result, FunctionError } = await cloud.invoke(name);
      const told = result as Record<string, string>;
      assert.equal(FunctionError, 'Unhandled');
      assert.equal(told.errorType, expected.errorType);
      if (expected.errorMessage instanceof RegExp) assert.match(told.errorMessage ?? '', expected.errorMessage);
      else assert.equal(told.errorMessage, expected.errorMessage);
    });
  }

  it('ends a function that uses more memory than it has', async () => {
    const { create, invoke } = cloud;
    await create('hungry', 'export const handler = async () => Buffer.alloc(200 * 2 ** 20, 1).length');
    const { result, FunctionError } = await invoke('hungry');
    assert.equal(FunctionError, 'Unhandled');
    assert.equal((result as { errorType: string }).errorType, 'Runtime.ExitError');
    assert.match((result as { errorMessage: string }).errorMessage, /Runtime exited with error: signal: killed$/);
  });

  it('ends a function at its time-out, even one that is caught in a loop, and starts it anew', async () => {
    const { create, invoke, orrery } = cloud;
    const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await create(
      'stuck',
      `export const handler = async ({ stuck }) => { if (stuck) { await fetch("http://127.0.0.1:${port}"); for (;;); } return "free" }`,
    );
    assert.equal((await invoke('stuck', { stuck: false })).result, 'free');
    const stuck = invoke('stuck', { stuck: true });
    await once(server, 'request');
    server.close();
    await orrery.clock.wind(3000);
    const { result, FunctionError, log } = await stuck;
    const { errorType, errorMessage } = result as Record<string, string>;
    assert.equal(FunctionError, 'Unhandled');
    assert.equal(errorType, 'Sandbox.Timedout');
    assert.match(errorMessage ?? '', /^RequestId: \S+ Error: Task timed out after 3.00 seconds$/);
    assert.match(log.at(-3) ?? '', /Z \S+ Task timed out after 3.00 seconds$/);
    assert.match(log.at(-1) ?? '', /Duration: 3000.00 ms\tBilled Duration: 3000 ms.*Status: timeout/);
    assert.equal((await invoke('stuck', { stuck: false })).result, 'free');
  });

  it('gives loading 10 seconds, and once more the time of the invocation', async () => {
    const { create, invoke, orrery } = cloud;
    const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await create('loads', `await fetch("http://127.0.0.1:${port}"); for (;;); export const handler = 1`);
    const loading = invoke('loads');
    await once(server, 'request');
    await orrery.clock.wind(10_000);
    await once(server, 'request');
    server.close();
    await orrery.clock.wind(3000);
    assert.match(
      ((await loading).result as { errorMessage: string }).errorMessage,
      /Task timed out after 3.00 seconds$/,
    );
  });

  it('shows the function the time of the cloud', async () => {
    const { create, invoke, orrery } = cloud;
    await create(
      'clock',
      'export const handler = async () => [Date.now(), new Date().getTime(), new Date(5).getTime(), new Date() instanceof Date, performance.timeOrigin + performance.now()]',
    );
    await orrery.clock.wind(40 * 86_400_000);
    const [now = 0, date = 0, five, isDate, precise = 0] = (await invoke('clock')).result as [
      number,
      number,
      number,
      boolean,
      number,
    ];
    for (const time of [now, date, precise]) assert.ok(Math.abs(time - orrery.clock.now()) < 10_000);
    assert.deepEqual([five, isDate], [5, true]);
  });

  it('finds the AWS SDK of the runtime, from ESM and from CommonJS, and nothing else of Orrery', async () => {
    const { create, invoke } = cloud;
    await create(
      'sdk-esm',
      'import { STSClient, GetCallerIdentityCommand } from "@aws-sdk/client-sts"; export const handler = async () => (await new STSClient({}).send(new GetCallerIdentityCommand({}))).Arn',
      { Timeout: 30, MemorySize: 512 },
    );
    assert.equal((await invoke('sdk-esm')).result, 'arn:aws:sts::000000000000:assumed-role/execution/sdk-esm');
    await create(
      'sdk-cjs',
      {
        'index.js':
          'const { STSClient } = require("@aws-sdk/client-sts"); let other = "none"; try { require("fflate"); other = "found" } catch {} exports.handler = async () => [typeof STSClient, other]',
      },
      { MemorySize: 512 },
    );
    assert.deepEqual((await invoke('sdk-cjs')).result, ['function', 'none']);
  });
});

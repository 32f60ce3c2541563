import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CreateFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { Orrery } from '../../../tests/runtime-fixture.ts';
import { json, roleArn, startLambda, zip } from './test-cloud.ts';

describe('invoking a function', () => {
  let orrery: Orrery;
  let lambda: LambdaClient;

  before(async () => {
    orrery = await startLambda();
    lambda = orrery.client(LambdaClient);
  });
  after(() => orrery.stop());

  async function create(FunctionName: string, code: string, more: object = {}): Promise<void> {
    const input = { FunctionName, Role: roleArn, Runtime: 'nodejs22.x', Handler: 'index.handler', Code: { ZipFile: zip({ 'index.mjs': code }) } };
    await lambda.send(new CreateFunctionCommand({ ...input, ...more } as never));
  }

  async function invoke(FunctionName: string, event: object = {}, more: object = {}) {
    const answer = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(event), ...more }));
    return { ...answer, result: json(answer.Payload) };
  }

  it('answers what the handler returns', async () => {
    await create('echo', 'export const handler = async (event, context) => { console.log("hello", event); return { event, name: context.functionName, left: context.getRemainingTimeInMillis() > 0 } }');
    const { StatusCode, FunctionError, ExecutedVersion, LogResult, result } = await invoke('echo', { a: 1 }, { LogType: 'Tail' });
    assert.deepEqual({ StatusCode, FunctionError, ExecutedVersion, result }, { StatusCode: 200, FunctionError: undefined, ExecutedVersion: '$LATEST', result: { event: { a: 1 }, name: 'echo', left: true } });
    console.log(Buffer.from(LogResult ?? '', 'base64').toString());
    for (let i = 0; i < 5; i++) {
    const times = [];
    for (let i = 0; i < 200; i++) { const s = performance.now(); await invoke('echo', { a: 1 }); times.push(performance.now() - s); }
    times.sort((a, b) => a - b); console.log('warm p50', times[100], 'p99', times[198]);
    }
  });
});

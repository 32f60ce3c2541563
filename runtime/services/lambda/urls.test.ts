import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import {
  AddPermissionCommand,
  CreateFunctionUrlConfigCommand,
  type InvokeMode,
  InvokeWithResponseStreamCommand,
} from '@aws-sdk/client-lambda';
import { signedHeaders } from '../../../tests/signed-request.ts';
import { type LambdaCloud, startLambda } from './test-cloud.ts';

interface Answer {
  status: number | undefined;
  headers: Record<string, string | string[] | undefined>;
  chunks: string[];
  body: string;
}

describe('function URLs and streamed responses', () => {
  let cloud: LambdaCloud;
  before(async () => {
    cloud = await startLambda();
  });
  after(() => cloud.orrery.stop());

  async function url(
    FunctionName: string,
    code: string,
    more: { InvokeMode?: InvokeMode; Cors?: object; AuthType?: 'AWS_IAM'; closed?: true | 'to invocation' } = {},
  ): Promise<string> {
    await cloud.create(FunctionName, code);
    const { closed, ...config } = more;
    const { FunctionUrl = '' } = await cloud.lambda.send(
      new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'NONE', ...config }),
    );
    const permission = {
      FunctionName,
      StatementId: 'public',
      Action: 'lambda:InvokeFunctionUrl',
      Principal: '*',
      FunctionUrlAuthType: 'NONE' as const,
    };
    const invocation = {
      FunctionName,
      StatementId: 'public-invocation',
      Action: 'lambda:InvokeFunction',
      Principal: '*',
      InvokedViaFunctionUrl: true,
    };
    if (closed !== true) await cloud.lambda.send(new AddPermissionCommand(permission));
    if (closed === undefined) await cloud.lambda.send(new AddPermissionCommand(invocation));
    return new URL(FunctionUrl).host;
  }

  function ask(host: string, path: string, { method = 'GET', headers = {}, body = '' } = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asked = request(cloud.orrery.httpUrl + path, { method, headers: { ...headers, host } }, (response) => {
        const chunks: string[] = [];
        response.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode, headers: response.headers, chunks, body: chunks.join('') }),
        );
      });
      asked.on('error', reject).end(body);
    });
  }

  it('hands the request over in payload format 2.0 and answers what the function says', async () => {
    const code =
      'export const handler = async (event) => ({ statusCode: 201, headers: { "X-Mine": "1" }, cookies: ["a=b"], body: JSON.stringify(event) })';
    const host = await url('page', code);
    const { status, headers, body } = await ask(host, '/a%20b?x=1&x=2&y=', {
      method: 'POST',
      headers: { cookie: 'c=d; e=f', 'content-type': 'application/json' },
      body: '{"q":1}',
    });
    const event = JSON.parse(body);
    assert.deepEqual([status, headers['x-mine'], headers['set-cookie']], [201, '1', ['a=b']]);
    assert.deepEqual(
      [event.version, event.rawPath, event.rawQueryString, event.queryStringParameters],
      ['2.0', '/a b', 'x=1&x=2&y=', { x: '1,2', y: '' }],
    );
    assert.deepEqual(
      [event.cookies, event.body, event.isBase64Encoded, event.requestContext.http.method],
      [['c=d', 'e=f'], '{"q":1}', false, 'POST'],
    );
    assert.equal(event.requestContext.domainName, host);
  });

  it('answers plain values as JSON, errors with 502, and strangers with 403', async () => {
    const plain = await ask(await url('plain', 'export const handler = async () => ({ a: 1 })'), '/');
    assert.deepEqual([plain.status, plain.headers['content-type'], plain.body], [200, 'application/json', '{"a":1}']);
    assert.equal(
      (await ask(await url('broken', 'export const handler = async () => { throw new Error() }'), '/')).status,
      502,
    );
    const one = 'export const handler = async () => 1';
    const closed = await ask(await url('closed', one, { closed: true }), '/');
    assert.deepEqual([closed.status, closed.headers['x-amzn-errortype']], [403, 'AccessDeniedException']);
    assert.match(closed.body, /^\{"Message":"Forbidden\. For troubleshooting Function URL authorization issues/);
    assert.equal((await ask(await url('half-open', one, { closed: 'to invocation' }), '/')).status, 403);
  });

  it('lets a signed request in where AuthType is AWS_IAM and the caller is granted both actions', async () => {
    const host = await url('signed', 'export const handler = async (event) => event.requestContext', {
      AuthType: 'AWS_IAM',
      closed: true,
    });
    const caller = await user('caller', ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction']);
    const half = await user('half', ['lambda:InvokeFunctionUrl']);
    const asked = { method: 'POST', host, path: '/a%20b?x=1&x=2', body: 'text' };
    const as = async (credentials: typeof caller, service = 'lambda') =>
      ask(host, asked.path, { ...asked, headers: await signedHeaders(asked, { credentials, service }) });
    const answer = await as(caller);
    const { accountId, authorizer } = JSON.parse(answer.body);
    assert.deepEqual(
      [answer.status, accountId, authorizer.iam.accessKey, authorizer.iam.userArn],
      [200, '000000000000', caller.accessKeyId, 'arn:aws:iam::000000000000:user/caller'],
    );
    assert.deepEqual([(await ask(host, '/')).status, (await as(half)).status], [403, 403]);
    for (const unsound of [await as({ ...caller, secretAccessKey: 'wrong' }), await as(caller, 'execute-api')])
      assert.deepEqual([unsound.status, unsound.headers['x-amzn-errortype']], [403, 'InvalidSignatureException']);
  });

  async function user(UserName: string, Action: string[]) {
    const iam = cloud.orrery.client(IAMClient);
    await iam.send(new CreateUserCommand({ UserName }));
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action, Resource: 'arn:aws:lambda:us-east-1:000000000000:function:signed' }],
    });
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'asks', PolicyDocument }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
  }

  it('answers preflights by its CORS settings, without asking the function', async () => {
    const Cors = { AllowOrigins: ['https://site.example'], AllowMethods: ['GET'], MaxAge: 60 };
    const host = await url('cors', 'export const handler = async () => { throw new Error("asked") }', { Cors });
    const { status, headers } = await ask(host, '/', {
      method: 'OPTIONS',
      headers: { origin: 'https://site.example', 'access-control-request-method': 'GET' },
    });
    assert.deepEqual(
      [
        status,
        headers['access-control-allow-origin'],
        headers['access-control-allow-methods'],
        headers['access-control-max-age'],
      ],
      [200, 'https://site.example', 'GET', '60'],
    );
    const stranger = await ask(host, '/', {
      method: 'OPTIONS',
      headers: { origin: 'https://other.example', 'access-control-request-method': 'GET' },
    });
    assert.equal(stranger.headers['access-control-allow-origin'], undefined);
  });

  const streams = `export const handler = awslambda.streamifyResponse(async (event, stream) => {
    stream = awslambda.HttpResponseStream.from(stream, { statusCode: 202, headers: { 'content-type': 'text/plain' } });
    for (const part of ['one ', 'two ', 'three']) { stream.write(part); await new Promise((r) => setTimeout(r, 5)); }
    stream.end();
  })`;

  it('streams a response with the status and headers that go ahead of it', async () => {
    const { status, headers, body } = await ask(await url('stream', streams, { InvokeMode: 'RESPONSE_STREAM' }), '/');
    assert.deepEqual([status, headers['content-type'], body], [202, 'text/plain', 'one two three']);
  });

  it('streams through InvokeWithResponseStream, and says at the end what went wrong', async () => {
    await cloud.create(
      'raw',
      'export const handler = awslambda.streamifyResponse(async ({ fail }, stream) => { stream.write("begun"); await new Promise((r) => setTimeout(r, 20)); if (fail) throw new TypeError("late"); stream.end(" done") })',
    );
    assert.deepEqual(await streamed('raw', {}), ['begun done', undefined]);
    assert.deepEqual(await streamed('raw', { fail: true }), ['begun', 'TypeError']);
  });

  async function streamed(FunctionName: string, event: object): Promise<[string, string | undefined]> {
    const { EventStream } = await cloud.lambda.send(
      new InvokeWithResponseStreamCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(event)) }),
    );
    let text = '';
    let error: string | undefined;
    for await (const { PayloadChunk, InvokeComplete } of EventStream ?? []) {
      text += Buffer.from(PayloadChunk?.Payload ?? []).toString();
      error ??= InvokeComplete?.ErrorCode;
    }
    return [text, error];
  }
});

import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  InvokeCommand,
  type InvokeCommandInput,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import { type FixtureOptions, type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';

export const roleArn = 'arn:aws:iam::000000000000:role/execution';

const trust = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};
const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

export interface LambdaCloud {
  orrery: Orrery;
  lambda: LambdaClient;
  /** A Node.js function from the text of its index.mjs. */
  create(
    FunctionName: string,
    code: string | Record<string, string>,
    more?: Partial<CreateFunctionCommandInput>,
  ): Promise<void>;
  invoke(FunctionName: string, event?: unknown, more?: Partial<InvokeCommandInput>): Promise<Invoked>;
}

export interface Invoked {
  result: unknown;
  FunctionError: string | undefined;
  ExecutedVersion: string | undefined;
  /** The lines of LogResult. */
  log: string[];
}

/** A cloud for Lambda's own tests, with an execution role that may do everything. */
export async function startLambda(options: FixtureOptions = {}): Promise<LambdaCloud> {
  const orrery = await startOrrery({ services: ['iam', 'lambda', 'logs', 'sts'], ...options });
  const iam = orrery.client(IAMClient);
  await iam.send(new CreateRoleCommand({ RoleName: 'execution', AssumeRolePolicyDocument: JSON.stringify(trust) }));
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: 'execution',
      PolicyName: 'everything',
      PolicyDocument: JSON.stringify(everything),
    }),
  );
  const lambda = orrery.client(LambdaClient);
  return {
    orrery,
    lambda,
    async create(FunctionName, code, more = {}) {
      const ZipFile = zip(typeof code === 'string' ? { 'index.mjs': code } : code);
      const input = {
        FunctionName,
        Role: roleArn,
        Runtime: 'nodejs22.x' as const,
        Handler: 'index.handler',
        Code: { ZipFile },
      };
      await lambda.send(new CreateFunctionCommand({ ...input, ...more }));
    },
    async invoke(FunctionName, event = {}, more = {}) {
      const answer = await lambda.send(
        new InvokeCommand({ FunctionName, Payload: JSON.stringify(event), LogType: 'Tail', ...more }),
      );
      const text = Buffer.from(answer.Payload ?? []).toString('utf8');
      const log = Buffer.from(answer.LogResult ?? '', 'base64')
        .toString('utf8')
        .trimEnd()
        .split('\n');
      const { FunctionError, ExecutedVersion } = answer;
      return { result: text === '' ? undefined : JSON.parse(text), FunctionError, ExecutedVersion, log };
    },
  };
}

/** The same bytes for the same files: the time is not the machine's. */
export function zip(files: Record<string, string>): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(files).map(([name, text]) => [name, strToU8(text)]);
  return Uint8Array.from(zipSync(Object.fromEntries(entries), { mtime: '2026-01-01T00:00:00' }));
}

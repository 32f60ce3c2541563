import assert from 'node:assert/strict';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { Orrery } from '../../../tests/runtime-fixture.ts';
import { signedHeaders } from '../../../tests/signed-request.ts';

export const minute = 60_000;
export const roleArn = 'arn:aws:iam::000000000000:role/experiments';

export interface Answer {
  status: number;
  /** The document, whatever it is: tests read what they expect of it. */
  // biome-ignore lint/suspicious/noExplicitAny: there is no SDK package of today whose types it could have
  body: any;
}

/** FIS as a client asks it, signed and over the wire; the AWS CLI is in tests/clients. */
export class Experiments {
  readonly #orrery: Orrery;

  constructor(orrery: Orrery) {
    this.#orrery = orrery;
  }

  async ask(method: string, path: string, input?: object): Promise<Answer> {
    const body = input === undefined ? undefined : JSON.stringify(input);
    const { host } = new URL(this.#orrery.url);
    const headers = { 'content-type': 'application/json' };
    const signing = { credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, service: 'fis' };
    const signed = await signedHeaders({ method, host, path, headers, ...(body ? { body } : {}) }, signing);
    const response = await fetch(`${this.#orrery.url}${path}`, { method, headers: signed, ...(body ? { body } : {}) });
    return { status: response.status, body: await response.json() };
  }

  /** A template of one action, and more where it is given. */
  async template(template: object): Promise<Answer> {
    const base = {
      clientToken: crypto.randomUUID(),
      description: 'a trial',
      roleArn,
      stopConditions: [{ source: 'none' }],
    };
    return this.ask('POST', '/experimentTemplates', { ...base, ...template });
  }

  async start(template: object): Promise<string> {
    const created = await this.template(template);
    assert.equal(created.status, 200, JSON.stringify(created.body));
    const experimentTemplateId = created.body.experimentTemplate.id;
    const { status, body } = await this.ask('POST', '/experiments', {
      clientToken: crypto.randomUUID(),
      experimentTemplateId,
    });
    assert.equal(status, 200, JSON.stringify(body));
    return body.experiment.id;
  }

  // biome-ignore lint/suspicious/noExplicitAny: as above
  async get(id: string): Promise<any> {
    return (await this.ask('GET', `/experiments/${id}`)).body.experiment;
  }

  /** Waits for what was asked of the runtime to have been done, of `running` the first actions too; time does not go on. */
  async until(id: string, status: string): Promise<void> {
    for (;;) {
      const { state, actions } = await this.get(id);
      const begun = Object.values<{ state: { status: string } }>(actions).some(
        (each) => each.state.status === 'running',
      );
      if (state.status === status && (begun || status !== 'running')) return;
      if (['failed', 'stopped', 'completed'].includes(state.status)) assert.fail(`${state.status}: ${state.reason}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

export async function giveRole(orrery: Orrery, actions: string[] = ['*'], RoleName = 'experiments'): Promise<void> {
  await makeRole(orrery, { RoleName, actions, trusts: { Service: 'fis.amazonaws.com' } });
}

/** Credentials of a session of a new role that may do these actions. */
export async function asRole(orrery: Orrery, RoleName: string, action: string) {
  await makeRole(orrery, { RoleName, actions: [action], trusts: { AWS: '*' } });
  const assume = new AssumeRoleCommand({
    RoleArn: `arn:aws:iam::000000000000:role/${RoleName}`,
    RoleSessionName: 'it',
  });
  const { Credentials: keys } = await orrery.client(STSClient).send(assume);
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = keys ?? {};
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

async function makeRole(
  orrery: Orrery,
  { RoleName, actions, trusts }: { RoleName: string; actions: string[]; trusts: object },
): Promise<void> {
  const iam = orrery.client(IAMClient);
  const document = (statement: object) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
  const AssumeRolePolicyDocument = document({ Principal: trusts, Action: 'sts:AssumeRole' });
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  const PolicyDocument = document({ Action: actions, Resource: '*' });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument }));
}

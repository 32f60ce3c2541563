import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import type { Orrery } from './runtime-fixture.ts';

export interface TestUser {
  arn: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  /** A real SDK client that signs as the user. */
  client: Orrery['client'];
  /** Replaces all that IAM allows the user. */
  allow(...statements: object[]): Promise<void>;
}

/** A user who may do nothing until told, with keys of its own. */
export async function newUser(orrery: Orrery, UserName: string, ...statements: object[]): Promise<TestUser> {
  const iam = orrery.client(IAMClient);
  const { User } = await iam.send(new CreateUserCommand({ UserName }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {};
  const credentials = { accessKeyId, secretAccessKey };
  const allow = async (...given: object[]) => {
    const Statement = given.map((statement) => ({ Effect: 'Allow', Resource: '*', ...statement }));
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'test', PolicyDocument }));
  };
  if (statements.length > 0) await allow(...statements);
  return {
    arn: User?.Arn ?? '',
    credentials,
    client: (clientClass, options = {}) => orrery.client(clientClass, { credentials, ...options }),
    allow,
  };
}

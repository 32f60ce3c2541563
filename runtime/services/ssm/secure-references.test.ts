import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { secureReferenceErrors } from '../../engines/cloudformation/check/secure-references.ts';
import { resolveDynamicReferences } from '../../engines/cloudformation/deployment/dynamic-references.ts';

let orrery: Orrery;
let stacks: CloudFormationClient;

before(async () => {
  orrery = await startOrrery({ services: ['ssm', 'kms', 'iam', 'sts', 'sqs', 's3', 'cloudformation'] });
  stacks = orrery.client(CloudFormationClient);
  const Value = 'Correct-Horse-7-Battery';
  await orrery
    .client(SSMClient)
    .send(new PutParameterCommand({ Name: '/secret/password', Value, Type: 'SecureString' }));
});
after(() => orrery.stop());

const secure = '{{resolve:ssm-secure:/secret/password:1}}';

async function create(StackName: string, Resources: object): Promise<string> {
  await stacks.send(
    new CreateStackCommand({
      StackName,
      TemplateBody: JSON.stringify({ Resources }),
      Capabilities: ['CAPABILITY_NAMED_IAM'],
    }),
  );
  await orrery.clock.wind(5000);
  const { Stacks: [stack] = [] } = await stacks.send(new DescribeStacksCommand({ StackName }));
  return `${stack?.StackStatus} ${stack?.StackStatusReason ?? ''}`;
}

test('a secure string is allowed where a password goes, and resolved in the name of who deploys', async () => {
  const Properties = { MasterUserPassword: secure };
  assert.deepEqual(secureReferenceErrors('Database', { Type: 'AWS::RDS::DBInstance', Properties }), []);
  const resolved = await resolveDynamicReferences(orrery.context(), Properties);
  assert.deepEqual(resolved, { MasterUserPassword: 'Correct-Horse-7-Battery' });
});

test('it is refused everywhere else, by the property that asks for it', async () => {
  const Properties = { Tags: [{ Key: 'leak', Value: secure }] };
  await assert.rejects(create('leak', { Queue: { Type: 'AWS::SQS::Queue', Properties } }), {
    name: 'ValidationError',
    message: /SSM Secure reference is not supported in: \[AWS::SQS::Queue\/Properties\/Tags\/Value\]/,
  });
});

test('the plain reference does not read secure strings', async () => {
  const Properties = { QueueName: '{{resolve:ssm:/secret/password}}' };
  const status = await create('plain', { Queue: { Type: 'AWS::SQS::Queue', Properties } });
  assert.match(status, /^ROLLBACK_COMPLETE/);
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { DescribeSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { deployments } from '../../engines/cloudformation/deployment/deployments.ts';

let orrery: Orrery;
let cloudformation: CloudFormationClient;
let client: SecretsManagerClient;

before(async () => {
  orrery = await startOrrery();
  cloudformation = orrery.client(CloudFormationClient);
  client = orrery.client(SecretsManagerClient);
});
after(() => orrery.stop());

function template(secret: object): string {
  return JSON.stringify({
    Resources: {
      Secret: { Type: 'AWS::SecretsManager::Secret', Properties: secret },
      Copy: {
        Type: 'AWS::SSM::Parameter',
        Properties: {
          Type: 'String',
          Value: { 'Fn::Sub': 'user {{resolve:secretsmanager:${Secret}:SecretString:username}} of ${AWS::StackName}' },
        },
      },
    },
    Outputs: { Secret: { Value: { Ref: 'Secret' } }, Copy: { Value: { Ref: 'Copy' } } },
  });
}

async function outputs(StackName: string): Promise<Record<string, string>> {
  const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName }));
  assert.match(Stacks?.[0]?.StackStatus ?? '', /^(CREATE|UPDATE)_COMPLETE/, Stacks?.[0]?.StackStatusReason);
  return Object.fromEntries(
    (Stacks?.[0]?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
  );
}

test('a stack makes a secret with a generated value, and another resource takes a member of it', async () => {
  const GenerateSecretString = {
    SecretStringTemplate: '{"username":"admin"}',
    GenerateStringKey: 'password',
    PasswordLength: 20,
    ExcludeCharacters: '"@/\\',
  };
  const Tags = [{ Key: 'a', Value: '1' }];
  const TemplateBody = template({ Description: 'first', GenerateSecretString, Tags });
  const { StackId = '' } = await cloudformation.send(new CreateStackCommand({ StackName: 'app', TemplateBody }));
  await orrery.kernel.engine(deployments).settled(StackId);
  const made = await outputs('app');
  const {
    SecretString = '{}',
    Name,
    VersionId,
  } = await client.send(new GetSecretValueCommand({ SecretId: made.Secret }));
  const value = JSON.parse(SecretString) as { username: string; password: string };
  assert.equal(value.username, 'admin');
  assert.match(value.password, /^[^"@/\\]{20}$/);
  const { Parameter } = await orrery.client(SSMClient).send(new GetParameterCommand({ Name: made.Copy }));
  assert.equal(Parameter?.Value, 'user admin of app');

  const update = { Description: 'second', GenerateSecretString, Tags: [{ Key: 'b', Value: '2' }] };
  await cloudformation.send(new UpdateStackCommand({ StackName: 'app', TemplateBody: template(update) }));
  await orrery.kernel.engine(deployments).settled(StackId);
  await outputs('app');
  const described = await client.send(new DescribeSecretCommand({ SecretId: Name }));
  assert.equal(described.Description, 'second');
  assert.ok(!described.Tags?.some(({ Key }) => Key === 'a') && described.Tags?.some(({ Key }) => Key === 'b'));
  const unchanged = await client.send(new GetSecretValueCommand({ SecretId: Name }));
  assert.equal(unchanged.VersionId, VersionId);

  await cloudformation.send(new DeleteStackCommand({ StackName: 'app' }));
  await orrery.kernel.engine(deployments).settled(StackId);
  await assert.rejects(client.send(new DescribeSecretCommand({ SecretId: Name })), {
    name: 'ResourceNotFoundException',
  });
});

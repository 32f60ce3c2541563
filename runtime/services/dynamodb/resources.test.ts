import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetResourcePolicyCommand,
  ListTagsOfResourceCommand,
} from '@aws-sdk/client-dynamodb';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { deployments } from '../../engines/cloudformation/deployment/deployments.ts';
import { stackStore } from '../../engines/cloudformation/stacks/stack-store.ts';

const keys = {
  AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
};

describe('table resources of a stack', () => {
  let orrery: Orrery;
  let stacks: CloudFormationClient;
  let client: DynamoDBClient;

  before(async () => {
    orrery = await startOrrery({
      services: ['dynamodb', 'dynamodbstreams', 'cloudformation', 'iam', 'kms', 'sts', 's3', 'ssm'],
    });
    stacks = orrery.client(CloudFormationClient);
    client = orrery.client(DynamoDBClient);
  });
  after(() => orrery.stop());

  async function settled(
    StackName: string,
  ): Promise<{ status: string; outputs: Record<string, string | undefined>; reasons: string[] }> {
    const { kernel } = orrery;
    const stack = kernel.engine(stackStore).find({ account: '000000000000', region: 'us-east-1' }, StackName);
    if (stack) await kernel.engine(deployments).settled(stack.StackId);
    const { Stacks = [] } = await stacks.send(new DescribeStacksCommand({ StackName: stack?.StackId ?? StackName }));
    const { StackEvents = [] } = await stacks.send(
      new DescribeStackEventsCommand({ StackName: stack?.StackId ?? StackName }),
    );
    const outputs = Object.fromEntries(
      (Stacks[0]?.Outputs ?? []).map((output) => [output.OutputKey ?? '', output.OutputValue]),
    );
    return {
      status: Stacks[0]?.StackStatus ?? '',
      outputs,
      reasons: StackEvents.flatMap((event) => event.ResourceStatusReason ?? []),
    };
  }

  const template = (Properties: object, Type = 'AWS::DynamoDB::Table') =>
    JSON.stringify({
      Resources: { Table: { Type, Properties } },
      Outputs: {
        Name: { Value: { Ref: 'Table' } },
        Arn: { Value: { 'Fn::GetAtt': ['Table', 'Arn'] } },
        Stream: { Value: { 'Fn::GetAtt': ['Table', 'StreamArn'] } },
      },
    });

  test('AWS::DynamoDB::Table is made with all that it says, and changed in place', async () => {
    const first = {
      ...keys,
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 7 },
      SSESpecification: { SSEEnabled: true },
      Tags: [{ Key: 'team', Value: 'kitchen' }],
    };
    await stacks.send(new CreateStackCommand({ StackName: 'tables', TemplateBody: template(first) }));
    const made = await settled('tables');
    assert.equal(made.status, 'CREATE_COMPLETE', made.reasons.join('\n'));
    const TableName = made.outputs.Name;
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    assert.equal(made.outputs.Arn, Table?.TableArn);
    assert.equal(made.outputs.Stream, Table?.LatestStreamArn);
    assert.equal(Table?.SSEDescription?.SSEType, 'KMS');
    const { ContinuousBackupsDescription: backups } = await client.send(
      new DescribeContinuousBackupsCommand({ TableName }),
    );
    assert.equal(backups?.PointInTimeRecoveryDescription?.RecoveryPeriodInDays, 7);
    const second = {
      ...first,
      AttributeDefinitions: [
        ...keys.AttributeDefinitions,
        { AttributeName: 'a', AttributeType: 'S' },
        { AttributeName: 'b', AttributeType: 'N' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-a',
          KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
        {
          IndexName: 'by-b',
          KeySchema: [{ AttributeName: 'b', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
      TimeToLiveSpecification: { AttributeName: 'endsAt', Enabled: true },
      DeletionProtectionEnabled: true,
      ResourcePolicy: {
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Principal: { AWS: '000000000000' }, Action: 'dynamodb:GetItem', Resource: '*' },
          ],
        },
      },
      Tags: [{ Key: 'owner', Value: 'ann' }],
    };
    await stacks.send(new UpdateStackCommand({ StackName: 'tables', TemplateBody: template(second) }));
    const changed = await settled('tables');
    assert.equal(changed.status, 'UPDATE_COMPLETE', changed.reasons.join('\n'));
    assert.equal(changed.outputs.Name, TableName);
    const { Table: table } = await client.send(new DescribeTableCommand({ TableName }));
    assert.deepEqual(
      table?.GlobalSecondaryIndexes?.map((index) => index.IndexName),
      ['by-a', 'by-b'],
    );
    assert.equal(table?.DeletionProtectionEnabled, true);
    assert.equal(
      (await client.send(new DescribeTimeToLiveCommand({ TableName }))).TimeToLiveDescription?.AttributeName,
      'endsAt',
    );
    assert.match(
      (await client.send(new GetResourcePolicyCommand({ ResourceArn: table?.TableArn }))).Policy ?? '',
      /GetItem/,
    );
    const { Tags = [] } = await client.send(new ListTagsOfResourceCommand({ ResourceArn: table?.TableArn }));
    assert.deepEqual(
      Tags.map((tag) => tag.Key).filter((key) => !key?.startsWith('aws:')),
      ['owner'],
    );
    await stacks.send(
      new UpdateStackCommand({
        StackName: 'tables',
        TemplateBody: template({ ...second, DeletionProtectionEnabled: false }),
      }),
    );
    assert.equal((await settled('tables')).status, 'UPDATE_COMPLETE');
    await stacks.send(new DeleteStackCommand({ StackName: 'tables' }));
    const { kernel } = orrery;
    const stack = kernel.engine(stackStore).find({ account: '000000000000', region: 'us-east-1' }, 'tables');
    if (stack) await kernel.engine(deployments).settled(stack.StackId);
    await assert.rejects(client.send(new DescribeTableCommand({ TableName })), { name: 'ResourceNotFoundException' });
  });

  test('AWS::DynamoDB::GlobalTable with one replica is a table, with more it is refused by name', async () => {
    const properties = (Regions: string[]) => ({
      ...keys,
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      SSESpecification: { SSEEnabled: false },
      Replicas: Regions.map((Region) => ({
        Region,
        DeletionProtectionEnabled: false,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      })),
    });
    await stacks.send(
      new CreateStackCommand({
        StackName: 'global',
        TemplateBody: template(properties(['us-east-1']), 'AWS::DynamoDB::GlobalTable'),
      }),
    );
    const made = await settled('global');
    assert.equal(made.status, 'CREATE_COMPLETE', made.reasons.join('\n'));
    const { Table } = await client.send(new DescribeTableCommand({ TableName: made.outputs.Name }));
    assert.equal(Table?.StreamSpecification?.StreamViewType, 'NEW_AND_OLD_IMAGES');
    await stacks.send(
      new CreateStackCommand({
        StackName: 'two',
        TemplateBody: template(properties(['us-east-1', 'us-west-2']), 'AWS::DynamoDB::GlobalTable'),
      }),
    );
    const two = await settled('two');
    assert.match(two.status, /ROLLBACK_COMPLETE|CREATE_FAILED/);
    assert.ok(
      two.reasons.some((reason) => /Replicas \[us-east-1, us-west-2\] is refused/.test(reason)),
      two.reasons.join('\n'),
    );
  });
});

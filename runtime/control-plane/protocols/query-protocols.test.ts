import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, GetMetricDataCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { CreateRoleCommand, GetRoleCommand, IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { GetTopicAttributesCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { AwsQueryProtocol } from '@aws-sdk/core/protocols';
import { SmithyRpcV2CborProtocol } from '@smithy/core/cbor';
import { linkModel } from './model.ts';
import { protocols } from './protocol.ts';
import { SdkJudge } from './sdk-judge.fixture.ts';

test('awsQuery: maps, nested attributes and blobs arrive as they were sent', async () => {
  const judge = new SdkJudge('sns');
  judge.answer = { output: { MessageId: 'm-1' } };
  const input = {
    TopicArn: 'arn:aws:sns:us-east-1:1:t',
    Message: 'a+b & c=d %',
    MessageAttributes: {
      kind: { DataType: 'String', StringValue: 'x' },
      raw: { DataType: 'Binary', BinaryValue: Buffer.from('yz') },
    },
  };
  const output = await judge.connect(SNSClient).send(new PublishCommand(input));
  assert.deepEqual(judge.heard, { protocol: 'awsQuery', operation: 'Publish', input });
  assert.equal(output.MessageId, 'm-1');
  assert.equal(output.$metadata.requestId, 'request-1');
});

test('awsQuery: lists of structures arrive, and timestamps and nested structures return', async () => {
  const judge = new SdkJudge('iam');
  const CreateDate = new Date('2026-11-21T05:00:00Z');
  const role = {
    Path: '/',
    RoleName: 'r',
    RoleId: 'AROA',
    Arn: 'arn:aws:iam::1:role/r',
    CreateDate,
    AssumeRolePolicyDocument: '%7B%7D',
  };
  judge.answer = { output: { Role: role } };
  const input = {
    RoleName: 'r',
    AssumeRolePolicyDocument: '{\n"a": "<b>"}',
    Tags: [
      { Key: 'k', Value: '' },
      { Key: 'l', Value: 'v' },
    ],
  };
  const output = await judge.connect(IAMClient).send(new CreateRoleCommand(input));
  assert.deepEqual(judge.heard?.input, input);
  assert.deepEqual(output.Role, role);
  judge.answer = { output: { Roles: [], IsTruncated: false } };
  const list = await judge.connect(IAMClient).send(new ListRolesCommand({ MaxItems: 5 }));
  assert.deepEqual(judge.heard?.input, { MaxItems: 5 });
  assert.deepEqual(list.Roles, []);
});

test('awsQuery: an error has the code of the awsQueryError trait, whichever of its names the operation used', async () => {
  const judge = new SdkJudge('iam');
  for (const code of ['NoSuchEntity', 'NoSuchEntityException']) {
    judge.answer = { error: { code, message: 'The role with name x cannot be found.', status: 404, fault: 'client' } };
    await assert.rejects(
      judge.connect(IAMClient).send(new GetRoleCommand({ RoleName: 'x' })),
      (error: Error & { Code?: string }) => {
        assert.equal(error.name, 'NoSuchEntityException');
        assert.equal(error.message, 'The role with name x cannot be found.');
        return true;
      },
    );
    const reply = protocols.awsQuery.encodeError(iam(), undefined, judge.answer.error, 'r');
    assert.match(String(reply.body), /<Code>NoSuchEntity<\/Code>/);
  }
});

function iam() {
  const trait = { error: 'client' as const, awsQueryError: ['NoSuchEntity', 404] as [string, number] };
  const shapes = [{ type: 'error', name: 'NoSuchEntityException', traits: trait, members: [] }];
  const entry = {
    serviceId: 'IAM',
    signingName: 'iam',
    endpointPrefix: 'iam',
    apiVersion: '2010-05-08',
    serviceTarget: undefined,
    xmlNamespace: undefined,
    awsQueryCompatible: false,
    errorWrapping: true,
    protocols: ['awsQuery'],
  };
  return linkModel('iam', entry, { shapes, operations: [], errors: [0], unsigned: [] });
}

test('awsQuery: credentials and their expiry return to the caller of STS', async () => {
  const judge = new SdkJudge('sts');
  const Credentials = {
    AccessKeyId: 'ASIA',
    SecretAccessKey: 'a/b+c',
    SessionToken: 't==',
    Expiration: new Date('2026-11-21T06:00:00Z'),
  };
  judge.answer = { output: { Credentials, AssumedRoleUser: { AssumedRoleId: 'i', Arn: 'a' } } };
  const input = {
    RoleArn: 'arn:aws:iam::1:role/r',
    RoleSessionName: 's',
    DurationSeconds: 900,
    TransitiveTagKeys: ['a', 'b'],
  };
  const output = await judge.connect(STSClient).send(new AssumeRoleCommand(input));
  assert.deepEqual(judge.heard?.input, input);
  assert.deepEqual(output.Credentials, Credentials);
});

test('awsQuery: a template survives the way to CloudFormation, and its outputs the way back', async () => {
  const judge = new SdkJudge('cloudformation');
  const TemplateBody = 'Resources:\r\n  A:\n    Type: "AWS::SQS::Queue" # ü <&>\n';
  const input = {
    StackName: 's',
    TemplateBody,
    Capabilities: ['CAPABILITY_IAM' as const],
    Parameters: [{ ParameterKey: 'p', ParameterValue: '1' }],
    DisableRollback: true,
  };
  judge.answer = { output: { StackId: 'id' } };
  await judge.connect(CloudFormationClient).send(new CreateStackCommand(input));
  const { ClientRequestToken: _token, ...heard } = judge.heard?.input ?? {};
  assert.deepEqual(heard, input);
  const stack = {
    StackName: 's',
    CreationTime: new Date(0),
    StackStatus: 'CREATE_COMPLETE' as const,
    Outputs: [{ OutputKey: 'k', OutputValue: 'a\r\nb <c> & "d"' }],
  };
  judge.answer = { output: { Stacks: [stack] } };
  const output = await judge.connect(CloudFormationClient).send(new DescribeStacksCommand({}));
  assert.deepEqual(output.Stacks, [stack]);
});

test('awsQuery: older clients of SQS send flattened lists and maps, and are answered with them', async () => {
  const judge = new SdkJudge('sqs');
  const client = judge.connect(SQSClient, { protocol: AwsQueryProtocol, md5: false });
  const Entries = [
    { Id: '1', MessageBody: 'a', DelaySeconds: 5 },
    { Id: '2', MessageBody: 'b', MessageAttributes: { k: { DataType: 'String', StringValue: 'v' } } },
  ];
  judge.answer = { output: { Successful: [{ Id: '1', MessageId: 'm', MD5OfMessageBody: 'x' }], Failed: [] } };
  const output = await client.send(new SendMessageBatchCommand({ QueueUrl: 'https://q', Entries }));
  assert.equal(judge.heard?.protocol, 'awsQuery');
  assert.deepEqual(judge.heard?.input.Entries, Entries);
  assert.equal(output.Successful?.[0]?.MessageId, 'm');
  judge.answer = { output: { Attributes: { VisibilityTimeout: '30', DelaySeconds: '0' } } };
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: 'https://q', AttributeNames: ['All'] }),
  );
  assert.deepEqual(judge.heard?.input.AttributeNames, ['All']);
  assert.deepEqual({ ...Attributes }, { VisibilityTimeout: '30', DelaySeconds: '0' });
});

test('awsQuery: maps in an answer return to the caller', async () => {
  const judge = new SdkJudge('sns');
  judge.answer = { output: { Attributes: { Policy: '{"a":"<b>"}', DisplayName: '' } } };
  const { Attributes } = await judge.connect(SNSClient).send(new GetTopicAttributesCommand({ TopicArn: 't' }));
  assert.deepEqual({ ...Attributes }, { Policy: '{"a":"<b>"}', DisplayName: '' });
});

for (const [name, protocol] of [
  ['awsJson1_0', undefined],
  ['rpcV2Cbor', SmithyRpcV2CborProtocol],
  ['awsQuery', AwsQueryProtocol],
] as const) {
  test(`${name}: metrics go to CloudWatch and come back, large bodies compressed`, async () => {
    const judge = new SdkJudge('cloudwatch');
    const client = judge.connect(CloudWatchClient, protocol ? { protocol } : {});
    const Timestamp = new Date('2026-11-21T05:00:00.250Z');
    const datum = {
      MetricName: 'm',
      Dimensions: [{ Name: 'd', Value: 'v' }],
      Timestamp,
      Values: [1, 2.5, -3e10],
      StatisticValues: { SampleCount: 1, Sum: 1e100, Minimum: 0, Maximum: 1 },
    };
    const input = { Namespace: 'n', MetricData: Array.from({ length: 100 }, () => datum) };
    await client.send(new PutMetricDataCommand(input));
    assert.deepEqual(judge.heard, { protocol: name, operation: 'PutMetricData', input });
    const result = {
      Id: 'a',
      Label: 'l',
      Timestamps: [Timestamp],
      Values: [5, 5_000_000_000, 0.1],
      StatusCode: 'Complete' as const,
    };
    judge.answer = { output: { MetricDataResults: [result] } };
    const output = await client.send(
      new GetMetricDataCommand({ MetricDataQueries: [], StartTime: Timestamp, EndTime: Timestamp }),
    );
    assert.deepEqual(output.MetricDataResults, [result]);
    judge.answer = { error: { code: 'InvalidParameterValueException', message: 'no', status: 400, fault: 'client' } };
    await assert.rejects(client.send(new PutMetricDataCommand(input)), {
      name: 'InvalidParameterValueException',
      message: 'no',
    });
  });
}

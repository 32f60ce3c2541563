import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import type { DeployTarget } from '../../runtime/cli/deploy/deploy.ts';
import { eventually, type System, startSystem } from './system-fixture.ts';

interface TemplateResource {
  Type: string;
  Properties: Record<string, unknown>;
}

interface Template {
  Resources: Record<string, TemplateResource>;
}

const order = {
  customer: { name: 'Ada', email: 'ada@example.com', phone: '+44 20 7946 0000' },
  items: [{ sku: 'chowder', quantity: 1 }],
};

describe('serverless-orders, changed while it runs', () => {
  let system: System;

  before(async () => {
    system = await startSystem('serverless-orders');
  });
  after(() => system?.stop());

  const value = (output: string): string =>
    system.outputs[output]?.value ?? assert.fail(`the stack has no output ${output}`);

  /** The stack with its template changed. */
  function changed(change: (template: Template) => void): DeployTarget {
    const [stack] = system.target.stacks;
    if (!stack) throw new Error('no stack');
    const template = JSON.parse(stack.template) as Template;
    change(template);
    return { ...system.target, stacks: [{ ...stack, template: JSON.stringify(template) }] };
  }

  function resourcesOf(template: Template, type: string): [string, TemplateResource][] {
    return Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
  }

  async function place(): Promise<string> {
    const answer = await system.fetch(`${value('SiteUrl')}/api/orders`, { method: 'POST', body: order });
    assert.equal(answer.status, 202, answer.text);
    return answer.json<{ orderId: string }>().orderId;
  }

  async function isStored(orderId: string): Promise<boolean> {
    const { Item } = await system
      .client(DynamoDBClient)
      .send(new GetItemCommand({ TableName: value('OrdersTableName'), Key: { pk: { S: `order#${orderId}` } } }));
    return Item !== undefined;
  }

  async function logLines(): Promise<string[]> {
    const logs = system.client(CloudWatchLogsClient);
    const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}));
    const pages = await Promise.all(
      logGroups.map(({ logGroupName }) => logs.send(new FilterLogEventsCommand({ logGroupName }))),
    );
    return pages.flatMap(({ events = [] }) => events.map((event) => event.message ?? ''));
  }

  test("S-C4 S-B8 the processor without dynamodb:PutItem is refused in AWS's words, nothing is lost, and giving it back drains the queue", async () => {
    const without = changed((template) => {
      for (const [, role] of resourcesOf(template, 'AWS::IAM::Role')) {
        const policies = role.Properties.Policies as {
          PolicyDocument: { Statement: { Action: string | string[]; Condition?: object }[] };
        }[];
        for (const { PolicyDocument } of policies) {
          PolicyDocument.Statement = PolicyDocument.Statement.filter(
            (statement) =>
              !(statement.Action === 'dynamodb:PutItem' && JSON.stringify(statement.Condition).includes('order#')),
          );
        }
      }
    });
    await system.deploy(without);
    const orderId = await place();
    const refused = await eventually('the refusal is in the log', async () =>
      (await logLines()).find((line) => line.includes('is not authorized to perform: dynamodb:PutItem')),
    );
    assert.match(
      refused,
      /User: arn:aws:sts::000000000000:assumed-role\/\S+ is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:\S+ because no identity-based policy allows the dynamodb:PutItem action/,
    );
    assert.equal(await isStored(orderId), false);
    await system.deploy(system.target);
    await system.clock.wind(31_000);
    await eventually('the order is stored', async () => ((await isStored(orderId)) ? true : undefined));
    const { Attributes = {} } = await system
      .client(SQSClient)
      .send(new GetQueueAttributesCommand({ QueueUrl: value('OrdersQueueUrl'), AttributeNames: ['All'] }));
    assert.equal(Attributes.ApproximateNumberOfMessages, '0');
  });

  test('S-C3 a new handler is deployed under load without a failed request, and the processor is left as it was', async () => {
    const s3 = system.client(S3Client);
    const lambda = system.client(LambdaClient);
    let handlerKey = '';
    let processor = '';
    const target = changed((template) => {
      for (const [logicalId, resource] of resourcesOf(template, 'AWS::Lambda::Function')) {
        const code = resource.Properties.Code as { S3Key: string };
        if (logicalId.startsWith('ApiHandler')) {
          handlerKey = code.S3Key;
          code.S3Key = 'new-handler.zip';
        } else if (
          logicalId.startsWith('Processor') ||
          logicalId.startsWith('QueueProcessor') ||
          logicalId.includes('Processor')
        )
          processor = logicalId;
      }
    });
    const Bucket = 'cdk-hnb659fds-assets-000000000000-us-east-1';
    const old = await s3.send(new GetObjectCommand({ Bucket, Key: handlerKey }));
    const files = unzipSync((await old.Body?.transformToByteArray()) ?? new Uint8Array());
    const entry = Object.keys(files).find((name) => /^index\.(c|m)?js$/.test(name)) ?? assert.fail('no entry');
    const wrapped = `${strFromU8(files[entry] ?? new Uint8Array())}\n;(() => { const before = module.exports.handler; module.exports = { handler: async (event, context) => { const answer = await before(event, context); answer.headers = { ...answer.headers, 'x-handler': 'new' }; return answer; } }; })();`;
    await s3.send(
      new PutObjectCommand({ Bucket, Key: 'new-handler.zip', Body: zipSync({ ...files, [entry]: strToU8(wrapped) }) }),
    );
    const statuses: number[] = [];
    let seenNew = false;
    let stop = false;
    const load = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (!stop) {
          const answer = await system.fetch(`${value('SiteUrl')}/api/orders/unknown-${statuses.length}`);
          statuses.push(answer.status);
          seenNew ||= answer.headers['x-handler'] === 'new';
        }
      }),
    );
    await eventually('the load runs', async () => (statuses.length > 20 ? true : undefined));
    await system.deploy(target);
    await eventually('the new handler answers', async () => (seenNew ? true : undefined));
    stop = true;
    await load;
    assert.deepEqual([...new Set(statuses)], [404]);
    assert.ok(processor, 'the template has a processor');
    const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName: await physicalId(processor) }));
    assert.equal(Configuration?.Version, '$LATEST');
    const orderId = await place();
    await eventually('orders still arrive', async () => ((await isStored(orderId)) ? true : undefined));
    await system.deploy(system.target);
  });

  async function physicalId(logicalId: string): Promise<string> {
    const { StackResources = [] } = await system
      .context()
      .call<{ StackResources?: { LogicalResourceId?: string; PhysicalResourceId?: string }[] }>(
        'cloudformation',
        'DescribeStackResources',
        { StackName: 'serverless-orders' },
      );
    return StackResources.find((resource) => resource.LogicalResourceId === logicalId)?.PhysicalResourceId ?? '';
  }

  test('a template that fails half-way is rolled back to what it was, and requests go on', async () => {
    const failing = changed((template) => {
      for (const [, queue] of resourcesOf(template, 'AWS::SQS::Queue').slice(0, 1))
        queue.Properties.VisibilityTimeout = 44;
      template.Resources.Broken = { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'Not-A-Valid-Name' } };
      template.Resources.AlsoNew = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'also-new' } };
    });
    await assert.rejects(system.deploy(failing), (error: Error) => {
      assert.match(error.message, /serverless-orders is UPDATE_ROLLBACK_COMPLETE/);
      assert.match(error.message, /Broken \(AWS::S3::Bucket\): .*bucket is not valid/);
      return true;
    });
    const orderId = await place();
    await eventually('the order is stored', async () => ((await isStored(orderId)) ? true : undefined));
    await assert.rejects(system.context().call('sqs', 'GetQueueUrl', { QueueName: 'also-new' }), {
      code: 'QueueDoesNotExist',
    });
  });

  test('what is wrong with a template is refused by name before anything is changed', async () => {
    const unknownType = changed((template) => {
      template.Resources.Warehouse = { Type: 'AWS::Redshift::Cluster', Properties: {} };
    });
    await assert.rejects(system.deploy(unknownType), /AWS::Redshift::Cluster/);
    const unknownProperty = changed((template) => {
      for (const [, queue] of resourcesOf(template, 'AWS::SQS::Queue')) queue.Properties.Colour = 'blue';
    });
    await assert.rejects(system.deploy(unknownProperty), /Colour/);
    const circular = changed((template) => {
      template.Resources.A = {
        Type: 'AWS::SQS::Queue',
        Properties: { QueueName: { 'Fn::GetAtt': ['B', 'QueueName'] } },
      };
      template.Resources.B = {
        Type: 'AWS::SQS::Queue',
        Properties: { QueueName: { 'Fn::GetAtt': ['A', 'QueueName'] } },
      };
    });
    await assert.rejects(system.deploy(circular), /Circular dependency between resources: \[A, B\]/);
  });
});

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ApiGatewayV2Client, CreateApiCommand, GetApisCommand } from '@aws-sdk/client-apigatewayv2';
import { CloudWatchClient, DescribeAlarmsCommand, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, CreateLogGroupCommand, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateEventBusCommand, EventBridgeClient, ListEventBusesCommand } from '@aws-sdk/client-eventbridge';
import { CreateGroupCommand, IAMClient, ListGroupsCommand } from '@aws-sdk/client-iam';
import { CreateKeyCommand, KMSClient, ListKeysCommand } from '@aws-sdk/client-kms';
import { CreateScheduleGroupCommand, ListScheduleGroupsCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateEmailTemplateCommand, ListEmailTemplatesCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { CreateQueueCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DescribeParametersCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { type Orrery, startOrrery } from './runtime-fixture.ts';

interface Listing {
  make(name: string): Promise<unknown>;
  /** Two a page. */
  list(token: string | undefined): Promise<{ found: readonly unknown[] | undefined; next: string | undefined }>;
  /** The error at a token that was not given out. */
  refusal: string;
}

let orrery: Orrery;
before(async () => {
  const services = ['apigatewayv2', 'cloudwatch', 'logs', 'events', 'iam', 'kms', 'scheduler', 'sesv2', 'sqs', 'ssm'];
  orrery = await startOrrery({ services: [...services, 'sts'] });
});
after(() => orrery.stop());

const listings: Record<string, () => Listing> = {
  apigatewayv2() {
    const client = orrery.client(ApiGatewayV2Client);
    return {
      make: (Name) => client.send(new CreateApiCommand({ Name, ProtocolType: 'HTTP' })),
      async list(NextToken) {
        const answer = await client.send(new GetApisCommand({ NextToken, MaxResults: '2' }));
        return { found: answer.Items, next: answer.NextToken };
      },
      refusal: 'BadRequestException',
    };
  },
  cloudwatch() {
    const client = orrery.client(CloudWatchClient);
    const alarm = { EvaluationPeriods: 1, Threshold: 1, Statistic: 'Sum', Period: 60, Namespace: 'N' } as const;
    const ComparisonOperator = 'GreaterThanThreshold';
    return {
      make: (AlarmName) =>
        client.send(new PutMetricAlarmCommand({ AlarmName, MetricName: 'M', ComparisonOperator, ...alarm })),
      async list(NextToken) {
        const answer = await client.send(new DescribeAlarmsCommand({ NextToken, MaxRecords: 2 }));
        return { found: answer.MetricAlarms, next: answer.NextToken };
      },
      refusal: 'InvalidNextToken',
    };
  },
  logs() {
    const client = orrery.client(CloudWatchLogsClient);
    return {
      make: (logGroupName) => client.send(new CreateLogGroupCommand({ logGroupName })),
      async list(nextToken) {
        const answer = await client.send(new DescribeLogGroupsCommand({ nextToken, limit: 2 }));
        return { found: answer.logGroups, next: answer.nextToken };
      },
      refusal: 'InvalidParameterException',
    };
  },
  events() {
    const client = orrery.client(EventBridgeClient);
    return {
      make: (Name) => client.send(new CreateEventBusCommand({ Name })),
      async list(NextToken) {
        const answer = await client.send(new ListEventBusesCommand({ NextToken, Limit: 2, NamePrefix: 'paged-' }));
        return { found: answer.EventBuses, next: answer.NextToken };
      },
      refusal: 'ValidationException',
    };
  },
  iam() {
    const client = orrery.client(IAMClient);
    return {
      make: (GroupName) => client.send(new CreateGroupCommand({ GroupName })),
      async list(Marker) {
        const answer = await client.send(new ListGroupsCommand({ Marker, MaxItems: 2 }));
        return { found: answer.Groups, next: answer.Marker };
      },
      refusal: 'ValidationError',
    };
  },
  kms() {
    const client = orrery.client(KMSClient);
    return {
      make: (Description) => client.send(new CreateKeyCommand({ Description })),
      async list(Marker) {
        const answer = await client.send(new ListKeysCommand({ Marker, Limit: 2 }));
        return { found: answer.Keys, next: answer.NextMarker };
      },
      refusal: 'ValidationException',
    };
  },
  scheduler() {
    const client = orrery.client(SchedulerClient);
    return {
      make: (Name) => client.send(new CreateScheduleGroupCommand({ Name })),
      async list(NextToken) {
        const asked = { NextToken, MaxResults: 2, NamePrefix: 'paged-' };
        const answer = await client.send(new ListScheduleGroupsCommand(asked));
        return { found: answer.ScheduleGroups, next: answer.NextToken };
      },
      refusal: 'ValidationException',
    };
  },
  sesv2() {
    const client = orrery.client(SESv2Client);
    return {
      make: (TemplateName) =>
        client.send(new CreateEmailTemplateCommand({ TemplateName, TemplateContent: { Subject: 's', Text: 't' } })),
      async list(NextToken) {
        const answer = await client.send(new ListEmailTemplatesCommand({ NextToken, PageSize: 2 }));
        return { found: answer.TemplatesMetadata, next: answer.NextToken };
      },
      refusal: 'BadRequestException',
    };
  },
  sqs() {
    const client = orrery.client(SQSClient);
    return {
      make: (QueueName) => client.send(new CreateQueueCommand({ QueueName })),
      async list(NextToken) {
        const answer = await client.send(new ListQueuesCommand({ NextToken, MaxResults: 2 }));
        return { found: answer.QueueUrls, next: answer.NextToken };
      },
      refusal: 'InvalidParameterValue',
    };
  },
  ssm() {
    const client = orrery.client(SSMClient);
    return {
      make: (Name) => client.send(new PutParameterCommand({ Name, Value: 'v', Type: 'String' })),
      async list(NextToken) {
        const answer = await client.send(new DescribeParametersCommand({ NextToken, MaxResults: 2 }));
        return { found: answer.Parameters, next: answer.NextToken };
      },
      refusal: 'InvalidNextToken',
    };
  },
};

describe('a listing in pages tells everything once and refuses a token that it did not give', () => {
  for (const [service, listing] of Object.entries(listings)) {
    test(service, async () => {
      const { make, list, refusal } = listing();
      for (const name of ['paged-one', 'paged-two', 'paged-three']) await make(name);
      const first = await list(undefined);
      assert.equal(first.found?.length, 2);
      assert.ok(first.next);
      const second = await list(first.next);
      assert.equal(second.found?.length, 1);
      assert.ok(!second.next, 'there is no third page');
      const told = [...(first.found ?? []), ...(second.found ?? [])];
      assert.equal(new Set(told.map((one) => JSON.stringify(one))).size, 3);
      await assert.rejects(list('bm90IGdpdmVu'), { name: refusal });
    });
  }
});

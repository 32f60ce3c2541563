import { join } from 'node:path';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { Alarms, aMinute } from '../constructs/alarms.ts';
import { bundledCode, projectFolder } from '../constructs/bundled-code.ts';
import { OrdersApi } from '../constructs/orders-api.ts';
import { SiteFiles } from '../constructs/site-files.ts';
import { StaticSite } from '../constructs/static-site.ts';
import { TypescriptFunction } from '../constructs/typescript-function.ts';
import { WorkQueue } from '../constructs/work-queue.ts';

const appFolder = join(projectFolder, 'app');
const processorTimeout = Duration.seconds(5);

/**
 * `serverless-orders`: a static site behind a CDN, an HTTP API whose handler puts orders on a queue, and a processor
 * that stores them. Context (`-c name=value`): `domainName` with `certificateArn`, `alarmEmail`.
 */
export class ServerlessOrders extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, { description: 'Restaurant site with orders: CDN, HTTP API, queue, table', ...props });
    const table = this.ordersTable();
    const orders = new WorkQueue(this, 'Orders', { workerTimeout: processorTimeout });
    const handler = this.apiHandler(table, orders.queue);
    const processor = this.queueProcessor(table, orders.queue);
    const api = new OrdersApi(this, 'Api', { handler: handler.function });
    const site = new StaticSite(this, 'Site', { apiDomainName: api.domainName, domain: this.domain() });
    new SiteFiles(this, 'SiteFiles', { ...site, folder: join(appFolder, 'site') });
    this.watch({ orders, handler, processor, api });
    this.output({
      SiteUrl: `https://${site.hostName}`,
      ApiUrl: api.api.apiEndpoint,
      SiteBucketName: site.bucket.bucketName,
      DistributionId: site.distribution.distributionId,
      OrdersTableName: table.tableName,
      OrdersQueueUrl: orders.queue.queueUrl,
      DeadLetterQueueUrl: orders.deadLetters.queueUrl,
    });
  }

  private ordersTable(): Table {
    return new Table(this, 'OrdersTable', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      timeToLiveAttribute: 'expiresAt',
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  /** Faces the internet: it may leave receipts, and read, but never write or change an order. */
  private apiHandler(table: Table, queue: Queue): TypescriptFunction {
    return new TypescriptFunction(this, 'ApiHandler', {
      description: 'Answers the HTTP API; puts orders on the queue',
      code: bundledCode(join(appFolder, 'functions/api-handler/handler.ts')),
      timeout: Duration.seconds(10),
      memoryMb: 256,
      environment: { QUEUE_URL: queue.queueUrl, TABLE_NAME: table.tableName },
      statements: [
        new PolicyStatement({ sid: 'ReadOrders', actions: ['dynamodb:GetItem'], resources: [table.tableArn] }),
        mayPutItems(table, 'receipt#*'),
        new PolicyStatement({ sid: 'SendOrders', actions: ['sqs:SendMessage'], resources: [queue.queueArn] }),
      ],
    });
  }

  private queueProcessor(table: Table, queue: Queue): TypescriptFunction {
    const processor = new TypescriptFunction(this, 'QueueProcessor', {
      description: 'Prices the orders of the queue and stores them',
      code: bundledCode(join(appFolder, 'functions/queue-processor/handler.ts')),
      timeout: processorTimeout,
      memoryMb: 256,
      environment: { TABLE_NAME: table.tableName },
      statements: [
        mayPutItems(table, 'order#*'),
        new PolicyStatement({
          sid: 'ReceiveOrders',
          actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
          resources: [queue.queueArn],
        }),
      ],
    });
    // Not SqsEventSource, which would widen the role by grants of its own.
    new EventSourceMapping(processor, 'OrdersSource', {
      target: processor.function,
      eventSourceArn: queue.queueArn,
      batchSize: 10,
      maxBatchingWindow: Duration.seconds(0),
      reportBatchItemFailures: true,
      // Bounded, so that a backlog cannot take the account's concurrency from the API handler.
      maxConcurrency: 20,
    });
    return processor;
  }

  private watch({ orders, handler, processor, api }: Watched): void {
    const alarms = new Alarms(this, 'Alarms', { email: this.context('alarmEmail') });
    alarms.when('DeadLetters', {
      description: 'An order could not be processed and waits in the dead-letter queue',
      metric: orders.deadLetters.metricApproximateNumberOfMessagesVisible({ period: aMinute, statistic: 'Maximum' }),
      atLeast: 1,
    });
    alarms.when('OrdersWaiting', {
      description: 'The oldest order has waited five minutes: the queue is not drained',
      metric: orders.queue.metricApproximateAgeOfOldestMessage({ period: aMinute, statistic: 'Maximum' }),
      atLeast: 300,
    });
    alarms.when('ApiHandlerErrors', {
      description: 'The API handler failed',
      metric: handler.function.metricErrors({ period: aMinute }),
      atLeast: 1,
    });
    alarms.when('QueueProcessorErrors', {
      description: 'The queue processor failed',
      metric: processor.function.metricErrors({ period: aMinute }),
      atLeast: 1,
    });
    alarms.when('ApiServerErrors', {
      description: 'The API answered with a server error',
      metric: api.api.metricServerError({ period: aMinute }),
      atLeast: 1,
    });
  }

  private domain(): { name: string; certificateArn: string } | undefined {
    const name = this.context('domainName');
    const certificateArn = this.context('certificateArn');
    if (!name && !certificateArn) return undefined;
    if (!name || !certificateArn)
      throw new Error('A domain of its own needs both -c domainName and -c certificateArn.');
    return { name, certificateArn };
  }

  private context(key: string): string | undefined {
    const value: unknown = this.node.tryGetContext(key);
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  private output(values: Record<string, string>): void {
    for (const [name, value] of Object.entries(values)) new CfnOutput(this, name, { value });
  }
}

interface Watched {
  readonly orders: WorkQueue;
  readonly handler: TypescriptFunction;
  readonly processor: TypescriptFunction;
  readonly api: OrdersApi;
}

/** "Using IAM policy conditions for fine-grained access control": LeadingKeys are the partition keys of the request. */
function mayPutItems(table: Table, keys: string): PolicyStatement {
  return new PolicyStatement({
    sid: 'PutItems',
    actions: ['dynamodb:PutItem'],
    resources: [table.tableArn],
    conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [keys] } },
  });
}

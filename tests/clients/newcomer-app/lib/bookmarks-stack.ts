import * as path from 'node:path';
import * as cdk from 'aws-cdk-lib';
import * as apigwv2 from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as s3deploy from 'aws-cdk-lib/aws-s3-deployment';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as cr from 'aws-cdk-lib/custom-resources';
import type { Construct } from 'constructs';

const here = import.meta.dirname;

/** People save links over an HTTP API; a worker counts them per tag. */
export class BookmarksStack extends cdk.Stack {
  constructor(scope: Construct, id: string, props?: cdk.StackProps) {
    super(scope, id, props);

    const bucket = new s3.Bucket(this, 'WebsiteBucket', {
      websiteIndexDocument: 'index.html',
      publicReadAccess: true,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ACLS_ONLY,
      removalPolicy: cdk.RemovalPolicy.DESTROY,
      autoDeleteObjects: true,
    });
    new s3deploy.BucketDeployment(this, 'DeployWebsite', {
      sources: [
        s3deploy.Source.asset(path.join(here, '../site')),
        s3deploy.Source.jsonData('config.json', { stack: this.stackName }),
      ],
      destinationBucket: bucket,
    });

    const table = new dynamodb.Table(this, 'Bookmarks', {
      partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      removalPolicy: cdk.RemovalPolicy.DESTROY,
    });
    table.addGlobalSecondaryIndex({
      indexName: 'by-tag',
      partitionKey: { name: 'tag', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'savedAt', type: dynamodb.AttributeType.STRING },
    });

    const topic = new sns.Topic(this, 'Saved', { displayName: 'Saved bookmarks' });
    const queue = new sqs.Queue(this, 'CountQueue', { visibilityTimeout: cdk.Duration.seconds(60) });
    topic.addSubscription(new subscriptions.SqsSubscription(queue, { rawMessageDelivery: true }));

    const api = new NodejsFunction(this, 'ApiFunction', {
      entry: path.join(here, '../lambda/api.ts'),
      runtime: lambda.Runtime.NODEJS_22_X,
      environment: { TABLE_NAME: table.tableName, TOPIC_ARN: topic.topicArn },
      logRetention: logs.RetentionDays.ONE_WEEK,
      tracing: lambda.Tracing.DISABLED,
    });
    table.grantReadWriteData(api);
    topic.grantPublish(api);

    const counter = new lambda.Function(this, 'CounterFunction', {
      runtime: lambda.Runtime.NODEJS_22_X,
      handler: 'counter.handler',
      code: lambda.Code.fromAsset(path.join(here, '../lambda/counter')),
      environment: { TABLE_NAME: table.tableName },
      timeout: cdk.Duration.seconds(10),
    });
    counter.addEventSource(new SqsEventSource(queue, { batchSize: 5 }));
    table.grantWriteData(counter);

    const httpApi = new apigwv2.HttpApi(this, 'HttpApi', {
      corsPreflight: { allowOrigins: ['*'], allowMethods: [apigwv2.CorsHttpMethod.ANY] },
    });
    const integration = new HttpLambdaIntegration('ApiIntegration', api);
    httpApi.addRoutes({
      path: '/bookmarks',
      methods: [apigwv2.HttpMethod.GET, apigwv2.HttpMethod.POST],
      integration,
    });
    httpApi.addRoutes({ path: '/tags/{tag}', methods: [apigwv2.HttpMethod.GET], integration });

    const seed = new cr.AwsCustomResource(this, 'Seed', {
      onCreate: {
        service: 'DynamoDB',
        action: 'PutItem',
        parameters: {
          TableName: table.tableName,
          Item: {
            id: { S: 'welcome' },
            url: { S: 'https://aws.amazon.com/' },
            tag: { S: 'start' },
            savedAt: { S: '0' },
          },
          ReturnConsumedCapacity: 'TOTAL',
        },
        physicalResourceId: cr.PhysicalResourceId.of('seed'),
      },
      policy: cr.AwsCustomResourcePolicy.fromSdkCalls({ resources: [table.tableArn] }),
    });

    new cdk.CfnOutput(this, 'ApiUrl', { value: httpApi.apiEndpoint });
    new cdk.CfnOutput(this, 'WebsiteUrl', { value: bucket.bucketWebsiteUrl });
    new cdk.CfnOutput(this, 'BucketName', { value: bucket.bucketName, exportName: 'BookmarksBucket' });
    new cdk.CfnOutput(this, 'TableName', { value: table.tableName });
    new cdk.CfnOutput(this, 'SeededTable', { value: seed.getResponseField('ConsumedCapacity.TableName') });
  }
}

import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { suppress } from './nag.ts';

export interface OrdersApiOptions {
  readonly handler: IFunction;
}

/** The HTTP API: three routes and what is none of them, all to one function by Lambda proxy, payload format 2.0. */
export class OrdersApi extends Construct {
  readonly api: HttpApi;
  /** Where CloudFront finds it: the name in its endpoint. */
  readonly domainName: string;

  constructor(scope: Construct, id: string, { handler }: OrdersApiOptions) {
    super(scope, id);
    const { region, urlSuffix } = Stack.of(this);
    this.api = new HttpApi(this, 'Api', {
      apiName: `${Stack.of(this).stackName}-api`,
      description: 'Menu and orders',
      createDefaultStage: false,
    });
    this.domainName = `${this.api.apiId}.execute-api.${region}.${urlSuffix}`;
    this.addRoutes(handler);
    this.addStage();
  }

  private addRoutes(handler: IFunction): void {
    const integration = new HttpLambdaIntegration('Handler', handler);
    const routes: [HttpMethod, string][] = [
      [HttpMethod.GET, '/api/menu'],
      [HttpMethod.POST, '/api/orders'],
      [HttpMethod.GET, '/api/orders/{orderId}'],
      // What is no route is answered by the handler too, as problem+json.
      [HttpMethod.ANY, '/api/{proxy+}'],
    ];
    for (const [method, path] of routes) {
      for (const route of this.api.addRoutes({ path, methods: [method], integration })) {
        suppress(route, 'AwsSolutions-APIG4', 'Guests order without an account: the restaurant has no sign-in.');
      }
    }
  }

  private addStage(): void {
    const logGroup = new LogGroup(this, 'AccessLogs', {
      // "Enabling logging from AWS services": groups named /aws/vendedlogs/ share one resource policy entry.
      logGroupName: `/aws/vendedlogs/${Stack.of(this).stackName}/api`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: 1000, burstLimit: 2000 },
      accessLogSettings: {
        destination: new LogGroupLogDestination(logGroup),
        format: AccessLogFormat.custom(JSON.stringify(accessLogLine)),
      },
    });
  }
}

/** "Customize HTTP API access logs" names the variables. */
const accessLogLine = {
  requestId: '$context.requestId',
  time: '$context.requestTime',
  ip: '$context.identity.sourceIp',
  method: '$context.httpMethod',
  path: '$context.path',
  routeKey: '$context.routeKey',
  status: '$context.status',
  protocol: '$context.protocol',
  responseLength: '$context.responseLength',
  responseLatency: '$context.responseLatency',
  integrationLatency: '$context.integrationLatency',
  integrationError: '$context.integrationErrorMessage',
  error: '$context.error.message',
};

import type { AutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { Dashboard, GraphWidget, type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { HttpCodeElb, HttpCodeTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { DatabaseCluster } from 'aws-cdk-lib/aws-rds';
import type { CfnHealthCheck } from 'aws-cdk-lib/aws-route53';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { Alarms, aMinute } from './alarms.ts';
import type { RestaurantFront } from './restaurant-front.ts';

export interface Notifier {
  readonly function: IFunction;
  /** Events of orders that no mail could be made of. */
  readonly undelivered: Queue;
}

export interface Watched {
  readonly front: RestaurantFront;
  readonly fleet: AutoScalingGroup;
  readonly cluster: DatabaseCluster;
  readonly notifier: Notifier;
  readonly report: IFunction;
  readonly distribution: Distribution;
  readonly siteHealth: CfnHealthCheck;
  /** Gets the alarms, once its owner has confirmed. */
  readonly email?: string | undefined;
}

/** Alarms for what a person must see to, and a dashboard of what runs. */
export function watchRestaurant(scope: Construct, watched: Watched): void {
  const alarms = new Alarms(scope, 'Alarms', watched.email ? { email: watched.email } : {});
  const raise = (id: string, description: string, metric: IMetric, atLeast: number) =>
    alarms.when(id, { description, metric, atLeast });
  const { front, cluster, notifier, report } = watched;
  const services = front.balancer.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, { period: aMinute });
  const balancer = front.balancer.metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, { period: aMinute });
  raise('ServiceErrors', 'The services answered five requests of a minute with an error', services, 5);
  raise('BalancerErrors', 'The load balancer found nobody to answer five requests of a minute', balancer, 5);
  for (const group of front.targetGroups) {
    const name = group.node.id;
    const unhealthy = group.metrics.unhealthyHostCount({ period: aMinute, statistic: 'Maximum' });
    raise(`${name}Unhealthy`, `${name}: an instance does not pass its health check`, unhealthy, 1);
  }
  const busy = cluster.metricCPUUtilization({ period: aMinute });
  raise('DatabaseBusy', 'The database has worked at four fifths of its processors for a minute', busy, 80);
  raise('NotifierErrors', 'The order notifier failed', notifier.function.metricErrors({ period: aMinute }), 1);
  raise('ReportErrors', 'The monthly report failed', report.metricErrors({ period: aMinute }), 1);
  raise('Undelivered', 'The admin was not told of an order', waiting(notifier.undelivered), 1);
  raise('SiteUnhealthy', 'The site does not answer a guest', unhealthyChecks(watched.siteHealth), 1);
  board(scope, watched, { services, balancer, busy });
}

function board(scope: Construct, watched: Watched, known: Record<'services' | 'balancer' | 'busy', IMetric>): void {
  const { front, fleet, cluster, notifier, distribution } = watched;
  const graph = (title: string, ...left: IMetric[]) => new GraphWidget({ title, left, width: 8 });
  const perGroup = (metric: (group: (typeof front.targetGroups)[number]) => IMetric) => front.targetGroups.map(metric);
  const dashboard = new Dashboard(scope, 'Dashboard', { dashboardName: Stack.of(scope).stackName });
  dashboard.addWidgets(
    graph('Requests at the edge', ofDistribution(distribution, 'Requests')),
    graph('Requests at the load balancer', front.balancer.metrics.requestCount({ period: aMinute })),
    graph('Errors', known.services, known.balancer),
  );
  dashboard.addWidgets(
    graph('Time to answer', ...perGroup((group) => group.metrics.targetResponseTime({ period: aMinute }))),
    graph('Healthy instances', ...perGroup((group) => group.metrics.healthyHostCount({ period: aMinute }))),
    graph('Processors of the instances', ofGroup(fleet)),
  );
  dashboard.addWidgets(
    graph('Processors of the database', known.busy),
    graph('Connections to the database', cluster.metricDatabaseConnections({ period: aMinute })),
    graph('Mails of orders', notifier.function.metricInvocations({ period: aMinute }), waiting(notifier.undelivered)),
  );
}

function waiting(queue: Queue): IMetric {
  return queue.metricApproximateNumberOfMessagesVisible({ period: aMinute, statistic: 'Maximum' });
}

/** HealthCheckStatus is 1 while healthy; an alarm here goes off from a value on, so it is turned round. */
function unhealthyChecks({ attrHealthCheckId }: CfnHealthCheck): IMetric {
  const status = new Metric({
    namespace: 'AWS/Route53',
    metricName: 'HealthCheckStatus',
    dimensionsMap: { HealthCheckId: attrHealthCheckId },
    period: aMinute,
    statistic: 'Minimum',
  });
  return new MathExpression({
    expression: '1 - status',
    usingMetrics: { status },
    period: aMinute,
    label: 'Unhealthy',
  });
}

function ofDistribution({ distributionId }: Distribution, metricName: string): IMetric {
  const dimensionsMap = { DistributionId: distributionId, Region: 'Global' };
  return new Metric({ namespace: 'AWS/CloudFront', metricName, dimensionsMap, period: aMinute, statistic: 'Sum' });
}

function ofGroup({ autoScalingGroupName }: AutoScalingGroup): IMetric {
  const dimensionsMap = { AutoScalingGroupName: autoScalingGroupName };
  return new Metric({ namespace: 'AWS/EC2', metricName: 'CPUUtilization', dimensionsMap, period: aMinute });
}

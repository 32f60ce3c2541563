import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnLoggingConfiguration, CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';

export interface WebFirewallOptions {
  readonly scope: 'CLOUDFRONT' | 'REGIONAL';
  /** AWS's managed rule groups, in this order, each with the rules that only count. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
  /** More requests than this in five minutes from one address are blocked. */
  readonly floodLimit: number;
  /** Where addresses are those of a proxy: the header with the client's. */
  readonly clientAddressHeader?: string;
}

/** A web ACL that lets through what no rule blocks, counts everything and logs what it blocked. */
export class WebFirewall extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, options: WebFirewallOptions) {
    super(scope, id);
    const acl = new CfnWebACL(this, 'Acl', {
      scope: options.scope,
      defaultAction: { allow: {} },
      rules: [flood(options), ...Object.entries(options.groups).map(managed)],
      visibilityConfig: counted(`${Stack.of(this).stackName}-${id}`),
    });
    this.arn = acl.attrArn;
    this.log(id);
  }

  /** "Sending web ACL traffic logs to a CloudWatch Logs log group": the name must begin with aws-waf-logs-. */
  private log(id: string): void {
    const stack = Stack.of(this);
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `aws-waf-logs-${stack.stackName}-${id}`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: this.arn,
      logDestinationConfigs: [
        stack.formatArn({
          service: 'logs',
          resource: 'log-group',
          resourceName: logGroup.logGroupName,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
      redactedFields: [{ singleHeader: { Name: 'cookie' } }, { singleHeader: { Name: 'authorization' } }],
      loggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [
          { Behavior: 'KEEP', Requirement: 'MEETS_ANY', Conditions: [{ ActionCondition: { Action: 'BLOCK' } }] },
        ],
      },
    });
  }
}

function flood({ floodLimit, clientAddressHeader }: WebFirewallOptions): CfnWebACL.RuleProperty {
  const forwarded = clientAddressHeader && {
    aggregateKeyType: 'FORWARDED_IP',
    forwardedIpConfig: { headerName: clientAddressHeader, fallbackBehavior: 'MATCH' },
  };
  return {
    name: 'Flood',
    priority: 0,
    action: { block: { customResponse: { responseCode: 429 } } },
    statement: {
      rateBasedStatement: {
        limit: floodLimit,
        evaluationWindowSec: 300,
        ...(forwarded || { aggregateKeyType: 'IP' }),
      },
    },
    visibilityConfig: counted('Flood'),
  };
}

function managed([name, onlyCount]: [string, readonly string[]], index: number): CfnWebACL.RuleProperty {
  return {
    name,
    priority: 10 * (index + 1),
    overrideAction: { none: {} },
    statement: {
      managedRuleGroupStatement: {
        vendorName: 'AWS',
        name,
        ruleActionOverrides: onlyCount.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
      },
    },
    visibilityConfig: counted(name),
  };
}

function counted(metricName: string): CfnWebACL.VisibilityConfigProperty {
  return { metricName, cloudWatchMetricsEnabled: true, sampledRequestsEnabled: true };
}

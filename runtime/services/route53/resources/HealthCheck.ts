import type { HealthCheckConfig } from '@aws-sdk/client-route-53';
import { AwsError } from '../../../kernel/errors.ts';
import { defineResource } from '../../../kernel/resource.ts';
import { changeTags, type Tag } from './resource-tags.ts';

interface Properties {
  HealthCheckConfig: HealthCheckConfig;
  HealthCheckTags?: Tag[];
}

/** What a template may leave out again goes back to what Route 53 takes without it. */
const resettable = ['FullyQualifiedDomainName', 'Regions', 'ResourcePath', 'ChildHealthChecks'] as const;

/** AWS::Route53::HealthCheck. Ref is its id. */
export const HealthCheck = defineResource<Properties>({
  type: 'AWS::Route53::HealthCheck',
  properties: {
    HealthCheckConfig: 'executed',
    'HealthCheckConfig.Regions': 'stored',
    'HealthCheckConfig.EnableSNI': 'stored',
    'HealthCheckConfig.MeasureLatency': { refused: 'there is no latency graph.' },
    'HealthCheckConfig.RoutingControlArn': { refused: 'routing controls are not run.' },
    HealthCheckTags: 'stored',
  },
  async create(ctx, { HealthCheckConfig, HealthCheckTags }) {
    const { HealthCheck: made } = await ctx.call<{ HealthCheck: { Id: string } }>('route53', 'CreateHealthCheck', {
      CallerReference: ctx.ids.uuid(),
      HealthCheckConfig,
    });
    await changeTags(ctx, 'healthcheck', made.Id, HealthCheckTags, []);
    return { physicalId: made.Id, attributes: { HealthCheckId: made.Id } };
  },
  async update(ctx, id, { HealthCheckConfig, HealthCheckTags }, previous) {
    const { Type: _type, RequestInterval: _interval, MeasureLatency: _latency, ...changed } = HealthCheckConfig;
    const before = previous.HealthCheckConfig;
    const ResetElements = resettable.filter((name) => before[name] !== undefined && changed[name] === undefined);
    await ctx.call('route53', 'UpdateHealthCheck', { HealthCheckId: id, ...changed, ResetElements });
    await changeTags(ctx, 'healthcheck', id, HealthCheckTags, previous.HealthCheckTags);
    return { physicalId: id, attributes: { HealthCheckId: id } };
  },
  async delete(ctx, id) {
    try {
      await ctx.call('route53', 'DeleteHealthCheck', { HealthCheckId: id });
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'NoSuchHealthCheck')) throw error;
    }
  },
});

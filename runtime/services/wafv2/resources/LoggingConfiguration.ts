import type { LoggingConfiguration as Configuration } from '@aws-sdk/client-wafv2';
import { AwsError } from '../../../kernel/errors.ts';
import { defineResource, type ResourceContext, type ResourceState } from '../../../kernel/resource.ts';

/** AWS::WAFv2::LoggingConfiguration. Ref is the web ACL's ARN. */
export const LoggingConfiguration = defineResource<Configuration>({
  type: 'AWS::WAFv2::LoggingConfiguration',
  properties: {
    ResourceArn: 'executed',
    LogDestinationConfigs: 'executed',
    RedactedFields: 'executed',
    LoggingFilter: 'executed',
  },
  create: put,
  update: (ctx, _physicalId, properties) => put(ctx, properties),
  async delete(ctx, ResourceArn) {
    try {
      await ctx.call('wafv2', 'DeleteLoggingConfiguration', { ResourceArn });
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'WAFNonexistentItemException')) throw error;
    }
  },
});

async function put(ctx: ResourceContext, properties: Configuration): Promise<ResourceState> {
  // The Arn attribute of a log group ends in :*, which WAF does not take.
  const LogDestinationConfigs = properties.LogDestinationConfigs?.map((arn) => arn.replace(/:\*$/, ''));
  await ctx.call('wafv2', 'PutLoggingConfiguration', {
    LoggingConfiguration: { ...properties, LogDestinationConfigs },
  });
  return { physicalId: String(properties.ResourceArn), attributes: { ManagedByFirewallManager: false } };
}

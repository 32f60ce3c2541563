import type { VPC } from '@aws-sdk/client-route-53';
import { AwsError } from '../../../kernel/errors.ts';
import { defineResource, type ResourceContext, type ResourceState } from '../../../kernel/resource.ts';
import { bareId } from '../state.ts';
import { changeTags, type Tag } from './resource-tags.ts';

interface Properties {
  Name?: string;
  HostedZoneConfig?: { Comment?: string };
  VPCs?: VPC[];
  QueryLoggingConfig?: { CloudWatchLogsLogGroupArn: string };
  HostedZoneTags?: Tag[];
}

/** AWS::Route53::HostedZone. Ref is the id; a zone with VPCs is private. */
export const HostedZone = defineResource<Properties>({
  type: 'AWS::Route53::HostedZone',
  properties: {
    Name: 'executed',
    'HostedZoneConfig.Comment': 'stored',
    VPCs: 'executed',
    QueryLoggingConfig: 'executed',
    HostedZoneTags: 'stored',
    HostedZoneFeatures: { refused: 'accelerated recovery is for a region that is away.' },
  },
  async create(ctx, properties) {
    const [first, ...others] = properties.VPCs ?? [];
    const { HostedZone: zone } = await ctx.call<{ HostedZone: { Id: string } }>('route53', 'CreateHostedZone', {
      Name: properties.Name,
      CallerReference: ctx.ids.uuid(),
      HostedZoneConfig: { ...properties.HostedZoneConfig, PrivateZone: first !== undefined },
      VPC: first,
    });
    const id = bareId(zone.Id);
    for (const VPC of others) await ctx.call('route53', 'AssociateVPCWithHostedZone', { HostedZoneId: id, VPC });
    await startLogging(ctx, id, properties);
    await changeTags(ctx, 'hostedzone', id, properties.HostedZoneTags, []);
    return describe(ctx, id);
  },
  async update(ctx, id, properties, previous) {
    const Comment = properties.HostedZoneConfig?.Comment ?? '';
    await ctx.call('route53', 'UpdateHostedZoneComment', { Id: id, Comment });
    const added = minus(properties.VPCs, previous.VPCs);
    const removed = minus(previous.VPCs, properties.VPCs);
    for (const VPC of added) await ctx.call('route53', 'AssociateVPCWithHostedZone', { HostedZoneId: id, VPC });
    for (const VPC of removed) await ctx.call('route53', 'DisassociateVPCFromHostedZone', { HostedZoneId: id, VPC });
    if (JSON.stringify(properties.QueryLoggingConfig) !== JSON.stringify(previous.QueryLoggingConfig)) {
      await stopLogging(ctx, id);
      await startLogging(ctx, id, properties);
    }
    await changeTags(ctx, 'hostedzone', id, properties.HostedZoneTags, previous.HostedZoneTags);
    return describe(ctx, id);
  },
  async delete(ctx, id) {
    try {
      await ctx.call('route53', 'DeleteHostedZone', { Id: id });
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'NoSuchHostedZone')) throw error;
    }
  },
  async read(ctx, id) {
    try {
      const { HostedZone: zone, VPCs } = await ctx.call<{
        HostedZone: { Name: string; Config: { Comment?: string } };
        VPCs?: VPC[];
      }>('route53', 'GetHostedZone', { Id: id });
      const { Comment } = zone.Config;
      return { Name: zone.Name, VPCs, HostedZoneConfig: Comment ? { Comment } : undefined };
    } catch (error) {
      if (error instanceof AwsError && error.code === 'NoSuchHostedZone') return undefined;
      throw error;
    }
  },
});

function minus(these: VPC[] = [], those: VPC[] = []): VPC[] {
  const known = new Set(those.map(({ VPCId }) => VPCId));
  return these.filter(({ VPCId }) => !known.has(VPCId));
}

async function startLogging(ctx: ResourceContext, HostedZoneId: string, properties: Properties): Promise<void> {
  if (properties.QueryLoggingConfig)
    await ctx.call('route53', 'CreateQueryLoggingConfig', { HostedZoneId, ...properties.QueryLoggingConfig });
}

async function stopLogging(ctx: ResourceContext, HostedZoneId: string): Promise<void> {
  const { QueryLoggingConfigs } = await ctx.call<{ QueryLoggingConfigs: { Id: string }[] }>(
    'route53',
    'ListQueryLoggingConfigs',
    { HostedZoneId },
  );
  for (const { Id } of QueryLoggingConfigs) await ctx.call('route53', 'DeleteQueryLoggingConfig', { Id });
}

async function describe(ctx: ResourceContext, id: string): Promise<ResourceState> {
  const { DelegationSet } = await ctx.call<{ DelegationSet?: { NameServers: string[] } }>('route53', 'GetHostedZone', {
    Id: id,
  });
  return { physicalId: id, attributes: { Id: id, NameServers: DelegationSet?.NameServers ?? [] } };
}

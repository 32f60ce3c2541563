import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';
import { volumeKinds } from '../fidelity.ts';
import { unlessGone } from './taking-down.ts';

interface TemplateProperties {
  LaunchTemplateName?: string;
  LaunchTemplateData: Record<string, unknown>;
  VersionDescription?: string;
  TagSpecifications?: { ResourceType: string; Tags: { Key: string; Value: string }[] }[];
}

const stored = [
  ...volumeKinds,
  ...['CapacityReservationSpecification', 'CreditSpecification', 'EbsOptimized', 'KeyName', 'LicenseSpecifications'],
  ...['MaintenanceOptions', 'MetadataOptions.HttpProtocolIpv6', 'MetadataOptions.HttpPutResponseHopLimit'],
  ...['NetworkPerformanceOptions', 'Placement.Tenancy', 'PrivateDnsNameOptions'],
];

/** AWS::EC2::LaunchTemplate. Ref is the id; a change is a new version, which becomes the default. */
export const LaunchTemplate = defineResource<TemplateProperties>({
  type: 'AWS::EC2::LaunchTemplate',
  properties: {
    LaunchTemplateName: 'executed',
    VersionDescription: 'stored',
    TagSpecifications: 'stored',
    // RunInstances refuses by name what it does not do of these, when an instance is launched.
    LaunchTemplateData: 'executed',
    'LaunchTemplateData.BlockDeviceMappings': 'executed',
    ...Object.fromEntries(stored.map((path) => [`LaunchTemplateData.${path}`, 'stored' as const])),
  },
  async create(ctx, { LaunchTemplateName, TagSpecifications, ...input }) {
    const { LaunchTemplate: made } = await ctx.call<{ LaunchTemplate: { LaunchTemplateId: string } }>(
      'ec2',
      'CreateLaunchTemplate',
      {
        LaunchTemplateName: LaunchTemplateName ?? ctx.generateName({ maxLength: 128 }),
        ...input,
        TagSpecifications: TagSpecifications?.filter(({ ResourceType }) => ResourceType === 'launch-template'),
      },
    );
    return describe(ctx, made.LaunchTemplateId);
  },
  async update(ctx, LaunchTemplateId, { LaunchTemplateData, VersionDescription }) {
    const { LaunchTemplateVersion } = await ctx.call<{ LaunchTemplateVersion: { VersionNumber: number } }>(
      'ec2',
      'CreateLaunchTemplateVersion',
      { LaunchTemplateId, LaunchTemplateData, VersionDescription },
    );
    const DefaultVersion = String(LaunchTemplateVersion.VersionNumber);
    await ctx.call('ec2', 'ModifyLaunchTemplate', { LaunchTemplateId, DefaultVersion });
    return describe(ctx, LaunchTemplateId);
  },
  delete: (ctx, LaunchTemplateId) => unlessGone(ctx.call('ec2', 'DeleteLaunchTemplate', { LaunchTemplateId })),
});

async function describe(ctx: ResourceContext, LaunchTemplateId: string) {
  const { LaunchTemplates } = await ctx.call<{
    LaunchTemplates: { DefaultVersionNumber: number; LatestVersionNumber: number }[];
  }>('ec2', 'DescribeLaunchTemplates', { LaunchTemplateIds: [LaunchTemplateId] });
  const [found] = LaunchTemplates;
  return {
    physicalId: LaunchTemplateId,
    attributes: {
      LaunchTemplateId,
      DefaultVersionNumber: String(found?.DefaultVersionNumber),
      LatestVersionNumber: String(found?.LatestVersionNumber),
    },
  };
}

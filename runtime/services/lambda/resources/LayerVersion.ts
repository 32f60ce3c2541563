import { defineResource } from '../../../kernel/resource.ts';
import { unlessMissing } from './unless-missing.ts';

interface LayerProperties {
  LayerName?: string;
  Content: { S3Bucket: string; S3Key: string; S3ObjectVersion?: string };
  [member: string]: unknown;
}

/** AWS::Lambda::LayerVersion. Ref is the version's ARN. */
export const LayerVersion = defineResource<LayerProperties>({
  type: 'AWS::Lambda::LayerVersion',
  properties: {
    LayerName: 'executed',
    Content: 'executed',
    Description: 'stored',
    CompatibleRuntimes: 'stored',
    CompatibleArchitectures: 'stored',
    LicenseInfo: 'stored',
  },
  async create(ctx, properties) {
    const LayerName = properties.LayerName ?? ctx.generateName({ maxLength: 140 });
    const { LayerVersionArn } = await ctx.call<{ LayerVersionArn: string }>('lambda', 'PublishLayerVersion', {
      ...properties,
      LayerName,
    });
    return { physicalId: LayerVersionArn, attributes: { LayerVersionArn } };
  },
  async delete(ctx, arn) {
    await unlessMissing(() => ctx.call('lambda', 'DeleteLayerVersion', named(arn)));
  },
  async read(ctx, arn) {
    const found = await unlessMissing(() => ctx.call<LayerProperties>('lambda', 'GetLayerVersion', named(arn)));
    return found && { Description: found.Description };
  },
});

export function named(layerVersionArn: string): { LayerName: string; VersionNumber: number } {
  const end = layerVersionArn.lastIndexOf(':');
  return { LayerName: layerVersionArn.slice(0, end), VersionNumber: Number(layerVersionArn.slice(end + 1)) };
}

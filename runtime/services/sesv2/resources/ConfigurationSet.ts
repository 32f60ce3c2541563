import type { GetConfigurationSetResponse, SuppressionListReason } from '@aws-sdk/client-sesv2';
import { AwsError } from '../../../kernel/errors.ts';
import { defineResource } from '../../../kernel/resource.ts';
import { tagListOf } from '../../../kernel/tags.ts';

interface ConfigurationSetProperties {
  Name?: string;
  SendingOptions?: { SendingEnabled?: boolean };
  ReputationOptions?: { ReputationMetricsEnabled?: boolean };
  SuppressionOptions?: { SuppressedReasons?: SuppressionListReason[] };
  TrackingOptions?: { CustomRedirectDomain?: string; HttpsPolicy?: string };
  DeliveryOptions?: { TlsPolicy?: string; MaxDeliverySeconds?: number };
  Tags?: { Key: string; Value: string }[];
}

/** Ref is the name. */
export const ConfigurationSet = defineResource<ConfigurationSetProperties>({
  type: 'AWS::SES::ConfigurationSet',
  properties: {
    Name: 'executed',
    SendingOptions: 'executed',
    ReputationOptions: 'executed',
    'SuppressionOptions.SuppressedReasons': 'executed',
    'SuppressionOptions.ValidationOptions': { refused: 'addresses are not validated before sending.' },
    'DeliveryOptions.TlsPolicy': 'stored',
    'DeliveryOptions.MaxDeliverySeconds': 'stored',
    'DeliveryOptions.SendingPoolName': { refused: 'dedicated IP pools are not done.' },
    TrackingOptions: 'executed',
    VdmOptions: { refused: 'the Virtual Deliverability Manager is not done.' },
    ArchivingOptions: { refused: 'Mail Manager archives are not done.' },
    Tags: 'stored',
  },
  async create(ctx, { Name, Tags, ...options }) {
    const ConfigurationSetName = Name ?? ctx.generateName({ maxLength: 64 });
    await ctx.call('sesv2', 'CreateConfigurationSet', {
      ConfigurationSetName,
      ...options,
      Tags: tagListOf(ctx, Tags),
    });
    return { physicalId: ConfigurationSetName };
  },
  async update(ctx, ConfigurationSetName, properties) {
    const put = (options: string, input: object) =>
      ctx.call('sesv2', `PutConfigurationSet${options}Options`, { ConfigurationSetName, ...input });
    const { SendingOptions, ReputationOptions, SuppressionOptions, TrackingOptions, DeliveryOptions, Tags } =
      properties;
    await put('Sending', { SendingEnabled: SendingOptions?.SendingEnabled ?? true });
    await put('Reputation', { ReputationMetricsEnabled: ReputationOptions?.ReputationMetricsEnabled ?? false });
    await put('Suppression', { ...SuppressionOptions });
    await put('Tracking', { ...TrackingOptions });
    await put('Delivery', DeliveryOptions?.TlsPolicy === undefined ? {} : { TlsPolicy: DeliveryOptions.TlsPolicy });
    const ResourceArn = `arn:aws:ses:${ctx.region}:${ctx.account}:configuration-set/${ConfigurationSetName}`;
    const before = await ctx.call<GetConfigurationSetResponse>('sesv2', 'GetConfigurationSet', {
      ConfigurationSetName,
    });
    const TagKeys = (before.Tags ?? []).map(({ Key = '' }) => Key);
    if (TagKeys.length > 0) await ctx.call('sesv2', 'UntagResource', { ResourceArn, TagKeys });
    const now = tagListOf(ctx, Tags);
    if (now.length > 0) await ctx.call('sesv2', 'TagResource', { ResourceArn, Tags: now });
    return { physicalId: ConfigurationSetName };
  },
  async delete(ctx, ConfigurationSetName) {
    try {
      await ctx.call('sesv2', 'DeleteConfigurationSet', { ConfigurationSetName });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'NotFoundException') throw error;
    }
  },
});

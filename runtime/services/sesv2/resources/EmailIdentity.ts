import type { CreateEmailIdentityResponse, GetEmailIdentityResponse } from '@aws-sdk/client-sesv2';
import { verifyForStack } from '../../../engines/ses/verification.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { defineResource, type ResourceContext, type ResourceState } from '../../../kernel/resource.ts';
import { tagListOf } from '../../../kernel/tags.ts';

interface EmailIdentityProperties {
  EmailIdentity: string;
  ConfigurationSetAttributes?: { ConfigurationSetName?: string };
  DkimAttributes?: { SigningEnabled?: boolean };
  DkimSigningAttributes?: { NextSigningKeyLength?: string };
  FeedbackAttributes?: { EmailForwardingEnabled?: boolean };
  MailFromAttributes?: { MailFromDomain?: string; BehaviorOnMxFailure?: string };
  Tags?: { Key: string; Value: string }[];
}

const ownKeys = 'Easy DKIM is; keys of your own are not done.';

/** Ref is the identity. How a stack's identity is verified: decisions/0019. */
export const EmailIdentity = defineResource<EmailIdentityProperties>({
  type: 'AWS::SES::EmailIdentity',
  properties: {
    EmailIdentity: 'executed',
    ConfigurationSetAttributes: 'executed',
    DkimAttributes: 'executed',
    'DkimSigningAttributes.NextSigningKeyLength': 'executed',
    'DkimSigningAttributes.DomainSigningPrivateKey': { refused: ownKeys },
    'DkimSigningAttributes.DomainSigningSelector': { refused: ownKeys },
    FeedbackAttributes: 'executed',
    MailFromAttributes: 'executed',
    Tags: 'stored',
  },
  async create(ctx, properties) {
    const { EmailIdentity: name, ConfigurationSetAttributes, DkimSigningAttributes } = properties;
    const { ConfigurationSetName } = ConfigurationSetAttributes ?? {};
    await ctx.call<CreateEmailIdentityResponse>('sesv2', 'CreateEmailIdentity', {
      EmailIdentity: name,
      Tags: tagListOf(ctx, properties.Tags),
      ...(ConfigurationSetName === undefined ? {} : { ConfigurationSetName }),
      ...(DkimSigningAttributes ? { DkimSigningAttributes } : {}),
    });
    await verifyForStack(ctx, ctx, name);
    await configure(ctx, properties, {});
    return describe(ctx, name);
  },
  async update(ctx, name, properties, previous) {
    const { NextSigningKeyLength } = properties.DkimSigningAttributes ?? {};
    if (NextSigningKeyLength !== previous.DkimSigningAttributes?.NextSigningKeyLength)
      await ctx.call('sesv2', 'PutEmailIdentityDkimSigningAttributes', {
        EmailIdentity: name,
        SigningAttributesOrigin: 'AWS_SES',
        SigningAttributes: { NextSigningKeyLength: NextSigningKeyLength ?? 'RSA_2048_BIT' },
      });
    await ctx.call('sesv2', 'PutEmailIdentityConfigurationSetAttributes', {
      EmailIdentity: name,
      ...properties.ConfigurationSetAttributes,
    });
    await configure(ctx, properties, previous);
    await retag(ctx, name, properties);
    return describe(ctx, name);
  },
  async delete(ctx, name) {
    try {
      await ctx.call('sesv2', 'DeleteEmailIdentity', { EmailIdentity: name });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'NotFoundException') throw error;
    }
  },
});

/** What the template names, and what it named before goes back to what it was. */
async function configure(
  ctx: ResourceContext,
  now: EmailIdentityProperties,
  before: Partial<EmailIdentityProperties>,
): Promise<void> {
  const { EmailIdentity: name } = now;
  if (now.DkimAttributes ?? before.DkimAttributes)
    await ctx.call('sesv2', 'PutEmailIdentityDkimAttributes', {
      EmailIdentity: name,
      SigningEnabled: now.DkimAttributes?.SigningEnabled ?? true,
    });
  if (now.FeedbackAttributes ?? before.FeedbackAttributes)
    await ctx.call('sesv2', 'PutEmailIdentityFeedbackAttributes', {
      EmailIdentity: name,
      EmailForwardingEnabled: now.FeedbackAttributes?.EmailForwardingEnabled ?? true,
    });
  if (now.MailFromAttributes ?? before.MailFromAttributes)
    await ctx.call('sesv2', 'PutEmailIdentityMailFromAttributes', { EmailIdentity: name, ...now.MailFromAttributes });
}

async function retag(ctx: ResourceContext, name: string, { Tags }: EmailIdentityProperties): Promise<void> {
  const ResourceArn = `arn:aws:ses:${ctx.region}:${ctx.account}:identity/${name}`;
  const before = await ctx.call<GetEmailIdentityResponse>('sesv2', 'GetEmailIdentity', { EmailIdentity: name });
  const TagKeys = (before.Tags ?? []).map(({ Key = '' }) => Key);
  if (TagKeys.length > 0) await ctx.call('sesv2', 'UntagResource', { ResourceArn, TagKeys });
  const now = tagListOf(ctx, Tags);
  if (now.length > 0) await ctx.call('sesv2', 'TagResource', { ResourceArn, Tags: now });
}

async function describe(ctx: ResourceContext, name: string): Promise<ResourceState> {
  const { DkimAttributes } = await ctx.call<GetEmailIdentityResponse>('sesv2', 'GetEmailIdentity', {
    EmailIdentity: name,
  });
  const attributes = Object.fromEntries(
    (DkimAttributes?.Tokens ?? []).flatMap((token, index) => [
      [`DkimDNSTokenName${index + 1}`, `${token}._domainkey.${name}`],
      [`DkimDNSTokenValue${index + 1}`, `${token}.dkim.amazonses.com`],
    ]),
  );
  return { physicalId: name, attributes };
}

import type {
  CreateOpenIDConnectProviderCommandOutput,
  GetOpenIDConnectProviderCommandOutput,
} from '@aws-sdk/client-iam';
import { defineResource } from '../../../kernel/resource.ts';
import { tagListOf } from '../../../kernel/tags.ts';
import { unlessGone } from './identity-policies.ts';
import { ownTags, type TemplateTag } from './identity-tags.ts';

interface OIDCProviderProperties {
  Url?: string;
  ClientIdList?: string[];
  ThumbprintList?: string[];
  Tags?: TemplateTag[];
}

/** AWS::IAM::OIDCProvider (CloudFormation Template Reference). Ref is the ARN. Kept: nobody signs in through it here. */
export const OIDCProvider = defineResource<OIDCProviderProperties>({
  type: 'AWS::IAM::OIDCProvider',
  properties: { Url: 'stored', ClientIdList: 'stored', ThumbprintList: 'stored', Tags: 'stored' },
  async create(ctx, { Url, ClientIdList, ThumbprintList, Tags }) {
    const input = { Url, ClientIDList: ClientIdList, ThumbprintList, Tags: tagListOf(ctx, Tags) };
    const answer = await ctx.call<CreateOpenIDConnectProviderCommandOutput>(
      'iam',
      'CreateOpenIDConnectProvider',
      input,
    );
    return { physicalId: answer.OpenIDConnectProviderArn ?? '', attributes: { Arn: answer.OpenIDConnectProviderArn } };
  },
  async update(ctx, arn, properties, previous) {
    const provider = { OpenIDConnectProviderArn: arn };
    const { ClientIdList = [], ThumbprintList = [] } = properties;
    for (const ClientID of previous.ClientIdList ?? []) {
      if (!ClientIdList.includes(ClientID))
        await ctx.call('iam', 'RemoveClientIDFromOpenIDConnectProvider', { ...provider, ClientID });
    }
    for (const ClientID of ClientIdList)
      await ctx.call('iam', 'AddClientIDToOpenIDConnectProvider', { ...provider, ClientID });
    await ctx.call('iam', 'UpdateOpenIDConnectProviderThumbprint', { ...provider, ThumbprintList });
    const Tags = tagListOf(ctx, properties.Tags);
    const TagKeys = (previous.Tags ?? []).map(({ Key }) => Key).filter((key) => !Tags.some(({ Key }) => Key === key));
    if (TagKeys.length > 0) await ctx.call('iam', 'UntagOpenIDConnectProvider', { ...provider, TagKeys });
    if (Tags.length > 0) await ctx.call('iam', 'TagOpenIDConnectProvider', { ...provider, Tags });
    return { physicalId: arn, attributes: { Arn: arn } };
  },
  async delete(ctx, OpenIDConnectProviderArn) {
    await ctx.call('iam', 'DeleteOpenIDConnectProvider', { OpenIDConnectProviderArn });
  },
  async read(ctx, OpenIDConnectProviderArn) {
    const call = ctx.call<GetOpenIDConnectProviderCommandOutput>('iam', 'GetOpenIDConnectProvider', {
      OpenIDConnectProviderArn,
    });
    const provider = await unlessGone(call);
    if (!provider) return undefined;
    const { Url, ClientIDList = [], ThumbprintList = [], Tags } = provider;
    return { Url: `https://${Url}`, ClientIdList: ClientIDList, ThumbprintList, Tags: ownTags(ctx, Tags) };
  },
});

import type {
  AddClientIDToOpenIDConnectProviderCommandInput,
  CreateOpenIDConnectProviderCommandInput,
  DeleteOpenIDConnectProviderCommandInput,
  GetOpenIDConnectProviderCommandInput,
  ListOpenIDConnectProviderTagsCommandInput,
  RemoveClientIDFromOpenIDConnectProviderCommandInput,
  TagOpenIDConnectProviderCommandInput,
  UntagOpenIDConnectProviderCommandInput,
  UpdateOpenIDConnectProviderThumbprintCommandInput,
} from '@aws-sdk/client-iam';
import type { Context } from '../../../kernel/service.ts';
import { checkTags, iamArn, wholeSecond } from '../behaviour/names.ts';
import { pageOf } from '../behaviour/pages.ts';
import { entityAlreadyExists, invalidInput, noSuchEntity } from '../errors.ts';
import { type OpenIDConnectProviderRecord, providerRecords } from '../state.ts';

/** Kept and told; AssumeRoleWithWebIdentity, which would use it, is refused. */
export function CreateOpenIDConnectProvider(ctx: Context, input: CreateOpenIDConnectProviderCommandInput): object {
  const { Url = '' } = input;
  if (!/^https:\/\/[^/?#]+/.test(Url)) throw invalidInput('Invalid Open ID Connect Provider URL');
  const host = Url.slice('https://'.length).replace(/\/$/, '');
  const Arn = iamArn(ctx.account, 'oidc-provider', '/', host);
  const providers = providerRecords(ctx.store, ctx.account);
  if (providers.has(Arn)) throw entityAlreadyExists(`Provider with url ${Url} already exists.`);
  const provider = {
    Arn,
    Url: host,
    ClientIDList: [...new Set(input.ClientIDList ?? [])],
    ThumbprintList: checkThumbprints(input.ThumbprintList ?? []),
    CreateDate: wholeSecond(ctx),
    Tags: checkTags(input.Tags),
  };
  providers.put(Arn, provider);
  return { OpenIDConnectProviderArn: Arn, ...(provider.Tags.length > 0 ? { Tags: provider.Tags } : {}) };
}

export function GetOpenIDConnectProvider(ctx: Context, input: GetOpenIDConnectProviderCommandInput): object {
  const { Arn: _, CreateDate, ...provider } = find(ctx, input.OpenIDConnectProviderArn);
  return { ...provider, CreateDate: new Date(CreateDate) };
}

export function ListOpenIDConnectProviders(ctx: Context): object {
  return {
    OpenIDConnectProviderList: providerRecords(ctx.store, ctx.account)
      .values()
      .map(({ Arn }) => ({ Arn })),
  };
}

/** Succeeds when it is already gone ("does not return an error if you try to delete a provider that does not exist"). */
export function DeleteOpenIDConnectProvider(ctx: Context, input: DeleteOpenIDConnectProviderCommandInput): void {
  providerRecords(ctx.store, ctx.account).delete(input.OpenIDConnectProviderArn ?? '');
}

export function AddClientIDToOpenIDConnectProvider(
  ctx: Context,
  input: AddClientIDToOpenIDConnectProviderCommandInput,
): void {
  const provider = find(ctx, input.OpenIDConnectProviderArn);
  save(ctx, { ...provider, ClientIDList: [...new Set([...provider.ClientIDList, input.ClientID ?? ''])] });
}

export function RemoveClientIDFromOpenIDConnectProvider(
  ctx: Context,
  input: RemoveClientIDFromOpenIDConnectProviderCommandInput,
): void {
  const provider = find(ctx, input.OpenIDConnectProviderArn);
  save(ctx, { ...provider, ClientIDList: provider.ClientIDList.filter((id) => id !== input.ClientID) });
}

export function UpdateOpenIDConnectProviderThumbprint(
  ctx: Context,
  input: UpdateOpenIDConnectProviderThumbprintCommandInput,
): void {
  const provider = find(ctx, input.OpenIDConnectProviderArn);
  save(ctx, { ...provider, ThumbprintList: checkThumbprints(input.ThumbprintList ?? []) });
}

export function TagOpenIDConnectProvider(ctx: Context, input: TagOpenIDConnectProviderCommandInput): void {
  const provider = find(ctx, input.OpenIDConnectProviderArn);
  const added = checkTags(input.Tags);
  const kept = provider.Tags.filter(({ Key }) => !added.some((tag) => tag.Key === Key));
  save(ctx, { ...provider, Tags: [...kept, ...added] });
}

export function UntagOpenIDConnectProvider(ctx: Context, input: UntagOpenIDConnectProviderCommandInput): void {
  const provider = find(ctx, input.OpenIDConnectProviderArn);
  save(ctx, { ...provider, Tags: provider.Tags.filter(({ Key }) => !input.TagKeys?.includes(Key)) });
}

export function ListOpenIDConnectProviderTags(ctx: Context, input: ListOpenIDConnectProviderTagsCommandInput): object {
  const { items, ...rest } = pageOf(find(ctx, input.OpenIDConnectProviderArn).Tags, ({ Key }) => Key, input);
  return { Tags: items, ...rest };
}

function find(ctx: Context, arn: string | undefined): OpenIDConnectProviderRecord {
  const provider = providerRecords(ctx.store, ctx.account).get(arn ?? '');
  if (!provider) throw noSuchEntity(`OpenIDConnect Provider not found for arn ${arn}`);
  return provider;
}

function save(ctx: Context, provider: OpenIDConnectProviderRecord): void {
  providerRecords(ctx.store, ctx.account).put(provider.Arn, provider);
}

function checkThumbprints(thumbprints: string[]): string[] {
  if (thumbprints.length > 5) throw invalidInput('Thumbprint list must contain fewer than 5 entries.');
  for (const thumbprint of thumbprints) {
    if (!/^[0-9a-fA-F]{40}$/.test(thumbprint)) throw invalidInput('Thumbprint must be 40 hexadecimal characters.');
  }
  return thumbprints;
}

import type {
  ChangeTagsForResourceCommandInput,
  ListTagsForResourceCommandInput,
  ListTagsForResourcesCommandInput,
} from '@aws-sdk/client-route-53';
import type { Context } from '../../../kernel/service.ts';
import { invalidInput, noSuchHealthCheck } from '../errors.ts';
import { bareId, healthChecks, tags, zoneAt } from '../state.ts';

const mostTags = 50;

export function ChangeTagsForResource(ctx: Context, input: ChangeTagsForResourceCommandInput) {
  const key = keyOf(ctx, String(input.ResourceType), input.ResourceId);
  const all = { ...tags(ctx, ctx).get(key) };
  for (const name of input.RemoveTagKeys ?? []) delete all[name];
  for (const { Key = '', Value = '' } of input.AddTags ?? []) all[Key] = Value;
  if (Object.keys(all).length > mostTags) throw invalidInput(`A resource can have up to ${mostTags} tags.`);
  tags(ctx, ctx).put(key, all);
  return {};
}

export function ListTagsForResource(ctx: Context, input: ListTagsForResourceCommandInput) {
  return { ResourceTagSet: tagSet(ctx, String(input.ResourceType), input.ResourceId) };
}

export function ListTagsForResources(ctx: Context, input: ListTagsForResourcesCommandInput) {
  const type = String(input.ResourceType);
  return { ResourceTagSets: (input.ResourceIds ?? []).map((id) => tagSet(ctx, type, id)) };
}

function tagSet(ctx: Context, ResourceType: string, id: string | undefined) {
  const all = tags(ctx, ctx).get(keyOf(ctx, ResourceType, id)) ?? {};
  const Tags = Object.entries(all).map(([Key, Value]) => ({ Key, Value }));
  return { ResourceType, ResourceId: bareId(id), Tags };
}

function keyOf(ctx: Context, type: string, id: string | undefined): string {
  if (type === 'hostedzone') return `hostedzone/${zoneAt(ctx, id).Id}`;
  if (!healthChecks(ctx, ctx).has(bareId(id))) throw noSuchHealthCheck(bareId(id));
  return `healthcheck/${bareId(id)}`;
}

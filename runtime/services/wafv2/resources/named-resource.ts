import type { Tag } from '@aws-sdk/client-wafv2';
import { AwsError } from '../../../kernel/errors.ts';
import {
  defineResource,
  type ResourceContext,
  type ResourceState,
  type ResourceType,
} from '../../../kernel/resource.ts';
import type { Fidelity } from '../../../kernel/service.ts';
import { tagListOf } from '../../../kernel/tags.ts';

interface Shared {
  Name?: string;
  Scope: 'CLOUDFRONT' | 'REGIONAL';
  Tags?: Tag[];
}

export interface NamedResource {
  /** As in CreateWebACL. */
  noun: 'WebACL' | 'RuleGroup' | 'IPSet' | 'RegexPatternSet';
  properties: Record<string, Fidelity>;
  /** The operation's input out of the template's properties. */
  toInput(properties: Record<string, unknown>): object;
  attributes?(described: Record<string, unknown>): Record<string, unknown>;
}

interface Described {
  Name: string;
  Id: string;
  ARN: string;
  [member: string]: unknown;
}

/** The types that have a name, an id and a scope, which together are what Ref returns: name|id|scope. */
export function namedResource({ noun, properties, toInput, attributes }: NamedResource): ResourceType {
  const get = async (ctx: ResourceContext, named: object) =>
    ctx.call<Record<string, unknown> & { LockToken: string }>('wafv2', `Get${noun}`, named);
  const state = async (ctx: ResourceContext, physicalId: string): Promise<ResourceState> => {
    const described = (await get(ctx, namedBy(physicalId)))[noun] as Described;
    return {
      physicalId,
      attributes: { Arn: described.ARN, Id: described.Id, ...attributes?.(described) },
    };
  };
  return defineResource<Shared & Record<string, unknown>>({
    type: `AWS::WAFv2::${noun}`,
    properties: { Name: 'executed', Scope: 'executed', Description: 'stored', Tags: 'stored', ...properties },
    async create(ctx, given) {
      const Name = given.Name ?? ctx.generateName({ maxLength: 128 });
      const { Scope } = given;
      const Tags = tagListOf(ctx, given.Tags as { Key: string; Value: string }[] | undefined);
      const { Summary } = await ctx.call<{ Summary: Described }>('wafv2', `Create${noun}`, {
        ...toInput(given),
        Name,
        Scope,
        Tags,
      });
      return state(ctx, `${Name}|${Summary.Id}|${Scope}`);
    },
    async update(ctx, physicalId, given) {
      const named = namedBy(physicalId);
      const { LockToken, ...answer } = await get(ctx, named);
      await ctx.call('wafv2', `Update${noun}`, { ...toInput(given), ...named, LockToken });
      await retag(
        ctx,
        (answer[noun] as Described).ARN,
        tagListOf(ctx, given.Tags as { Key: string; Value: string }[] | undefined),
      );
      return state(ctx, physicalId);
    },
    async delete(ctx, physicalId) {
      try {
        const { LockToken } = await get(ctx, namedBy(physicalId));
        await ctx.call('wafv2', `Delete${noun}`, { ...namedBy(physicalId), LockToken });
      } catch (error) {
        if (!(error instanceof AwsError && error.code === 'WAFNonexistentItemException')) throw error;
      }
    },
  });
}

function namedBy(physicalId: string) {
  const [Name = '', Id = '', Scope = ''] = physicalId.split('|');
  return { Name, Id, Scope };
}

async function retag(ctx: ResourceContext, ResourceARN: string, Tags: Tag[]): Promise<void> {
  const { TagInfoForResource: info } = await ctx.call<{ TagInfoForResource: { TagList: Tag[] } }>(
    'wafv2',
    'ListTagsForResource',
    { ResourceARN },
  );
  const kept = new Set(Tags.map(({ Key }) => Key));
  const TagKeys = info.TagList.map(({ Key }) => String(Key)).filter((key) => !kept.has(key));
  if (TagKeys.length > 0) await ctx.call('wafv2', 'UntagResource', { ResourceARN, TagKeys });
  if (Tags.length > 0) await ctx.call('wafv2', 'TagResource', { ResourceARN, Tags });
}

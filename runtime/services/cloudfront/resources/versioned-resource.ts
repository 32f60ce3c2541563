import { AwsError } from '../../../kernel/errors.ts';
import {
  defineResource,
  type ResourceContext,
  type ResourceState,
  type ResourceType,
} from '../../../kernel/resource.ts';
import type { Fidelity } from '../../../kernel/service.ts';
import { withQuantities } from './quantities.ts';

/** A resource whose one property is its configuration: the shape that most of CloudFront's types share. */
export function versionedResource(about: {
  /** CachePolicy: names type, operations and the property `CachePolicyConfig`. */
  noun: string;
  properties?: Record<string, Fidelity>;
  /** Lists that the API wraps in Quantity and Items, by dotted path in the configuration. */
  lists?: readonly string[];
  /** Attributes beside Id and LastModifiedTime. */
  attributes?: (described: Record<string, unknown>) => Record<string, unknown>;
  /** What the API wants and the template does not say. */
  complete?: (
    ctx: ResourceContext,
    config: Record<string, unknown>,
    previous: Record<string, unknown> | undefined,
  ) => Record<string, unknown>;
}): ResourceType {
  const { noun } = about;
  const property = `${noun}Config`;
  type Properties = Record<string, Record<string, unknown>>;
  const configOf = (ctx: ResourceContext, properties: Properties, previous?: Record<string, unknown>) => {
    const config = withQuantities(properties[property] ?? {}, about.lists ?? []);
    return about.complete ? about.complete(ctx, config, previous) : config;
  };
  return defineResource<Properties>({
    type: `AWS::CloudFront::${noun}`,
    properties: { [property]: 'executed', ...(about.properties ?? { [`${property}.Comment`]: 'stored' }) },
    async create(ctx, properties) {
      const answer = await ctx.call('cloudfront', `Create${noun}`, { [property]: configOf(ctx, properties) });
      return stateOf(answer[noun] as Record<string, unknown>, about.attributes);
    },
    async update(ctx, id, properties) {
      const now = await ctx.call('cloudfront', `Get${noun}`, { Id: id });
      const previous = (now[noun] as Record<string, Record<string, unknown>>)[property];
      const answer = await ctx.call('cloudfront', `Update${noun}`, {
        Id: id,
        IfMatch: now.ETag,
        [property]: configOf(ctx, properties, previous),
      });
      return stateOf(answer[noun] as Record<string, unknown>, about.attributes);
    },
    async delete(ctx, id) {
      try {
        const { ETag } = await ctx.call('cloudfront', `Get${noun}`, { Id: id });
        await ctx.call('cloudfront', `Delete${noun}`, { Id: id, IfMatch: ETag });
      } catch (error) {
        if (!(error instanceof AwsError && error.code.startsWith('NoSuch'))) throw error;
      }
    },
  });
}

function stateOf(
  described: Record<string, unknown>,
  attributes?: (described: Record<string, unknown>) => Record<string, unknown>,
): ResourceState {
  const time = described.LastModifiedTime;
  return {
    physicalId: String(described.Id),
    attributes: {
      Id: described.Id,
      ...(time instanceof Date ? { LastModifiedTime: time.toISOString() } : {}),
      ...attributes?.(described),
    },
  };
}

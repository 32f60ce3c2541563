import type { AwsError } from '../../../kernel/errors.ts';
import { defineResource, type ResourceContext, type ResourceState } from '../../../kernel/resource.ts';
import type { Fidelity } from '../../../kernel/service.ts';
import { tagListOf } from '../../../kernel/tags.ts';

type Properties = Record<string, unknown> & { Tags?: { Key: string; Value: string }[] };

export interface DatabaseType {
  type: string;
  noun: string;
  /** The property that names it, and the parameter of its operations. */
  id: string;
  executed: string[];
  stored?: string[];
  /** What an update may pass on. */
  modifiable: string[];
  toInput?(properties: Properties): Properties;
  onDelete?: Record<string, unknown>;
  describe?(ctx: ResourceContext, physicalId: string): Promise<Record<string, unknown>>;
}

const numeric = /^(Port|AllocatedStorage|BackupRetentionPeriod|PromotionTier)$/;
const flag =
  /^(StorageEncrypted|DeletionProtection|MultiAZ|PubliclyAccessible|ManageMasterUserPassword|AutoMinorVersionUpgrade|CopyTagsToSnapshot)$/;

/** The types of RDS are alike: Create…, Modify… and Delete… of one noun, named by one property, kept in lower case. */
export function databaseType(about: DatabaseType) {
  const { noun, id } = about;
  const state = async (ctx: ResourceContext, physicalId: string): Promise<ResourceState> => ({
    physicalId,
    attributes: (await about.describe?.(ctx, physicalId)) ?? {},
  });
  const input = (properties: Properties): Properties => typed(about.toInput?.(properties) ?? properties);
  const fidelities: [string, Fidelity][] = [
    ...[id, ...about.executed].map((name): [string, Fidelity] => [name, 'executed']),
    ...[...(about.stored ?? []), 'Tags'].map((name): [string, Fidelity] => [name, 'stored']),
  ];
  return defineResource<Properties>({
    type: about.type,
    properties: Object.fromEntries(fidelities),
    async create(ctx, properties) {
      const name = String(properties[id] ?? ctx.generateName({ maxLength: 63, lowerCase: true })).toLowerCase();
      const Tags = tagListOf(ctx, properties.Tags);
      await ctx.call('rds', `Create${noun}`, { ...input(properties), [id]: name, Tags });
      return state(ctx, name);
    },
    async update(ctx, physicalId, properties) {
      const all = input(properties);
      const passed = Object.fromEntries(
        about.modifiable.filter((name) => name in all).map((name) => [name, all[name]]),
      );
      await ctx.call('rds', `Modify${noun}`, { [id]: physicalId, ...passed });
      return state(ctx, physicalId);
    },
    async delete(ctx, physicalId) {
      try {
        await ctx.call('rds', `Delete${noun}`, { [id]: physicalId, ...about.onDelete });
      } catch (error) {
        if (!/NotFound/.test((error as AwsError).code ?? '')) throw error;
      }
    },
  });
}

function typed(properties: Properties): Properties {
  const entries = Object.entries(properties).map(([name, value]) => {
    if (numeric.test(name)) return [name, Number(value)];
    return [name, flag.test(name) ? String(value) === 'true' : value];
  });
  return Object.fromEntries(entries) as Properties;
}

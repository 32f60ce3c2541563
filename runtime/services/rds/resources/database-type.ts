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
  /** What Modify… calls by another name than Create…. */
  toChange?(now: Properties, before: Properties): Properties;
  /** Where it is made by another operation than Create…: that one, and what it takes. */
  madeBy?(properties: Properties): { operation: string; input: Properties } | undefined;
  /** What an update asks for before Modify… is called. */
  beforeUpdate?(
    ctx: ResourceContext,
    physicalId: string,
    change: { now: Properties; before: Properties },
  ): Promise<void>;
  onDelete?: Record<string, unknown>;
  /** The parameter of its deletion that names a final snapshot, where there is one to be taken of what it is. */
  finalSnapshot?: { parameter: string; of(properties: Properties): boolean };
  describe?(ctx: ResourceContext, physicalId: string): Promise<Record<string, unknown>>;
}

const numeric = /^(Port|AllocatedStorage|MaxAllocatedStorage|BackupRetentionPeriod|PromotionTier)$/;
const flag =
  /^(StorageEncrypted|DeletionProtection|MultiAZ|PubliclyAccessible|ManageMasterUserPassword|AutoMinorVersionUpgrade|CopyTagsToSnapshot|EnableIAMDatabaseAuthentication)$/;

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
  const remove = async (ctx: ResourceContext, physicalId: string, how: object): Promise<void> => {
    try {
      await ctx.call('rds', `Delete${noun}`, { [id]: physicalId, ...how });
    } catch (error) {
      if (!/NotFound/.test((error as AwsError).code ?? '')) throw error;
    }
  };
  const { finalSnapshot } = about;
  return defineResource<Properties>({
    type: about.type,
    properties: Object.fromEntries(fidelities),
    async create(ctx, properties) {
      const name = String(properties[id] ?? ctx.generateName({ maxLength: 63, lowerCase: true })).toLowerCase();
      const Tags = tagListOf(ctx, properties.Tags);
      const made = about.madeBy?.(properties);
      const asked = made ? typed(made.input) : input(properties);
      await ctx.call('rds', made?.operation ?? `Create${noun}`, { ...asked, [id]: name, Tags });
      return state(ctx, name);
    },
    async update(ctx, physicalId, properties, before) {
      await about.beforeUpdate?.(ctx, physicalId, { now: properties, before });
      const all = input(properties);
      const passed = Object.fromEntries(
        about.modifiable.filter((name) => name in all).map((name) => [name, all[name]]),
      );
      const change = about.toChange?.(properties, before) ?? {};
      await ctx.call('rds', `Modify${noun}`, { [id]: physicalId, ...passed, ...change });
      return state(ctx, physicalId);
    },
    delete: (ctx, physicalId) => remove(ctx, physicalId, about.onDelete ?? {}),
    ...(finalSnapshot && {
      deleteWithSnapshot: (ctx: ResourceContext, physicalId: string, properties: Properties) =>
        remove(
          ctx,
          physicalId,
          finalSnapshot.of(properties) ? { [finalSnapshot.parameter]: snapshotName(ctx) } : (about.onDelete ?? {}),
        ),
      // "DeletionPolicy attribute": the default for clusters, and for instances that are not in one.
      defaultDeletionPolicy: (properties: Properties) => (finalSnapshot.of(properties) ? 'Snapshot' : 'Delete'),
    }),
  });
}

/** stack-snapshot-logicalId-random, as CloudFormation names them, within the 63 characters of an identifier. */
function snapshotName({ stackName, logicalId, ids }: ResourceContext): string {
  const cut = (name: string): string => name.slice(0, 20).replace(/-+$/, '');
  return `${cut(stackName)}-snapshot-${cut(logicalId)}-${ids.lower(12)}`.toLowerCase();
}

function typed(properties: Properties): Properties {
  const entries = Object.entries(properties).map(([name, value]) => {
    if (numeric.test(name)) return [name, Number(value)];
    return [name, flag.test(name) ? String(value) === 'true' : value];
  });
  return Object.fromEntries(entries) as Properties;
}

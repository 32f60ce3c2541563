import { defineResource } from '../../../kernel/resource.ts';
import {
  change,
  identityOf,
  type RecordProperties,
  recordFidelity,
  recordSetOf,
  remove,
  zoneIdOf,
} from './record-properties.ts';

interface Properties {
  HostedZoneId?: string;
  HostedZoneName?: string;
  RecordSets?: RecordProperties[];
  Comment?: string;
}

/** AWS::Route53::RecordSetGroup: record sets of one zone, changed as one batch. */
export const RecordSetGroup = defineResource<Properties>({
  type: 'AWS::Route53::RecordSetGroup',
  properties: {
    HostedZoneId: 'executed',
    HostedZoneName: 'executed',
    Comment: 'stored',
    ...Object.fromEntries(Object.entries(recordFidelity).map(([name, fidelity]) => [`RecordSets.${name}`, fidelity])),
  },
  async create(ctx, properties) {
    const sets = setsOf(properties);
    await change(
      ctx,
      await zoneIdOf(ctx, zoneOf(properties)),
      sets.map((set) => ['CREATE', set]),
      properties.Comment,
    );
    return { physicalId: ctx.generateName() };
  },
  async update(ctx, id, properties, previous) {
    const now = setsOf(properties);
    const kept = new Set(now.map(identityOf));
    const gone = setsOf(previous).filter((set) => !kept.has(identityOf(set)));
    await change(
      ctx,
      await zoneIdOf(ctx, zoneOf(properties)),
      [
        ...gone.map((set) => ['DELETE', set] as ['DELETE', typeof set]),
        ...now.map((set) => ['UPSERT', set] as ['UPSERT', typeof set]),
      ],
      properties.Comment,
    );
    return { physicalId: id };
  },
  async delete(ctx, _id, properties) {
    await remove(ctx, await zoneIdOf(ctx, zoneOf(properties)), setsOf(properties));
  },
});

/** Either the group or its record sets name the zone. */
function zoneOf(properties: Properties): RecordProperties {
  const { HostedZoneId, HostedZoneName } = properties;
  const own = HostedZoneId ? { HostedZoneId } : HostedZoneName ? { HostedZoneName } : undefined;
  return { Name: undefined, Type: undefined, ...(own ?? properties.RecordSets?.[0]) };
}

function setsOf({ RecordSets = [] }: Properties) {
  return RecordSets.map(recordSetOf);
}

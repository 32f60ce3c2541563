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

/** AWS::Route53::RecordSet. Ref is its domain name. */
export const RecordSet = defineResource<RecordProperties & { Comment?: string }>({
  type: 'AWS::Route53::RecordSet',
  properties: { ...recordFidelity, Comment: 'stored' },
  async create(ctx, properties) {
    await change(ctx, await zoneIdOf(ctx, properties), [['CREATE', recordSetOf(properties)]], properties.Comment);
    return { physicalId: String(properties.Name) };
  },
  async update(ctx, _id, properties, previous) {
    const [before, now] = [recordSetOf(previous), recordSetOf(properties)];
    const zoneId = await zoneIdOf(ctx, properties);
    if (identityOf(before) === identityOf(now)) await change(ctx, zoneId, [['UPSERT', now]], properties.Comment);
    else
      await change(
        ctx,
        zoneId,
        [
          ['DELETE', before],
          ['CREATE', now],
        ],
        properties.Comment,
      );
    return { physicalId: String(properties.Name) };
  },
  async delete(ctx, _id, properties) {
    await remove(ctx, await zoneIdOf(ctx, properties), [recordSetOf(properties)]);
  },
});

import { specificationOf } from '../../engines/cloudformation/specification/specification.ts';
import { AwsError } from '../../kernel/errors.ts';
import { defineResource } from '../../kernel/resource.ts';
import { registry } from '../../kernel/resource-registry.ts';
import type { Kernel } from '../../kernel/service.ts';

/** Stands in for real resource types in tests of the machine: remembers what was done, and fails where told. */
export interface FakeTypes {
  /** `create Queue`, `update Queue`, `delete physical-id`, in order. */
  done: string[];
  /** What exists, by physical id. */
  live: Map<string, Record<string, unknown>>;
  /** Logical ids whose next action of the kind fails. */
  failing: Set<string>;
}

const types = ['AWS::SQS::Queue', 'AWS::SNS::Topic', 'AWS::S3::Bucket', 'AWS::SSM::Parameter'];

export function installFakeTypes(kernel: Kernel, from: Partial<FakeTypes> = {}): FakeTypes {
  const fakes: FakeTypes = { done: from.done ?? [], live: from.live ?? new Map(), failing: from.failing ?? new Set() };
  const strike = (what: string): void => {
    fakes.done.push(what);
    if (fakes.failing.has(what)) throw new AwsError('InvalidParameterValue', `${what} was told to fail`);
  };
  for (const type of types) {
    kernel.engine(registry).resourceTypes.set(
      type,
      defineResource<Record<string, unknown>>({
        type,
        properties: Object.fromEntries(
          Object.keys(specificationOf(type)?.properties ?? {}).map((name) => [name, 'executed']),
        ),
        async create(ctx, properties) {
          strike(`create ${ctx.logicalId}`);
          const name =
            properties.QueueName ??
            properties.TopicName ??
            properties.BucketName ??
            properties.Name ??
            ctx.generateName();
          const physicalId = String(name);
          fakes.live.set(physicalId, properties);
          return { physicalId, attributes: { Arn: `arn:${physicalId}` } };
        },
        async update(ctx, physicalId, properties) {
          strike(`update ${ctx.logicalId}`);
          fakes.live.set(physicalId, properties);
          return { physicalId, attributes: { Arn: `arn:${physicalId}` } };
        },
        async delete(ctx, physicalId) {
          strike(`delete ${ctx.logicalId}`);
          fakes.live.delete(physicalId);
        },
        async read(_ctx, physicalId) {
          return fakes.live.get(physicalId);
        },
      }),
    );
  }
  return fakes;
}

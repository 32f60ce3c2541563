import { defineEngine } from '../../kernel/engine.ts';
import type { Context } from '../../kernel/service.ts';

/**
 * What Application Auto Scaling may scale: each service offers the dimensions of its resources when it starts, and
 * Application Auto Scaling knows no service.
 */
export const scalableDimensions = defineEngine('scalable-dimensions', () => new ScalableDimensions());

export interface ScalableDimension {
  /** dynamodb */
  ServiceNamespace: string;
  /** dynamodb:table:ReadCapacityUnits */
  ScalableDimension: string;
  /** What scaling activities call its capacity: "read capacity units". */
  capacityName: string;
  /** Whether a ResourceId is of this kind: table/orders. */
  isResource(ResourceId: string): boolean;
  /** The capacity as it is wanted now; undefined when the resource is not there. */
  read(ctx: Context, ResourceId: string): Promise<number | undefined>;
  /** Rejects with AwsError where the service refuses. */
  change(ctx: Context, ResourceId: string, capacity: number): Promise<void>;
  /** The smallest MinCapacity. */
  least: number;
  /** Whether step scaling policies are for it ("Step scaling policies", limitations). */
  takesSteps: boolean;
  /** The cooldowns of target tracking where a policy names none ("TargetTrackingScalingPolicyConfiguration"). */
  cooldownSeconds: number;
  /** By the name of the predefined metric. */
  metrics: Record<string, (ResourceId: string) => TrackedMetric>;
}

export interface TrackedMetric {
  Namespace: string;
  MetricName: string;
  Dimensions: { Name: string; Value: string }[];
  /**
   * `average`: it falls in the measure the capacity grows, and is itself compared with the target. `consumed units`: units
   * used up in a period, compared with the target in percent of the units that were to be had in it.
   */
  measures: 'average' | 'consumed units';
}

class ScalableDimensions {
  readonly #offered = new Map<string, ScalableDimension>();

  offer(...dimensions: ScalableDimension[]): void {
    for (const dimension of dimensions) this.#offered.set(dimension.ScalableDimension, dimension);
  }

  find(name: string): ScalableDimension | undefined {
    return this.#offered.get(name);
  }

  names(): string[] {
    return [...this.#offered.keys()].sort();
  }
}

import { defineEngine } from '../../kernel/engine.ts';

/**
 * Where an alarm's action is a policy of Application Auto Scaling: AWS has no operation for it, so CloudWatch asks here and
 * the service, where it runs, carries it out.
 */
export const alarmPolicies = defineEngine('alarm-policies', () => new AlarmPolicies());

export interface AlarmOccasion {
  policyArn: string;
  alarmName: string;
  /** Its newest datapoint, and what that was held against; none where it went off for want of data. */
  value: number | undefined;
  threshold: number | undefined;
}

type CarryOut = (occasion: AlarmOccasion) => Promise<void>;

class AlarmPolicies {
  #carryOut: CarryOut | undefined;

  /** Whether anybody carries policies out. */
  get runs(): boolean {
    return this.#carryOut !== undefined;
  }

  carriedOutBy(carryOut: CarryOut | undefined): void {
    this.#carryOut = carryOut;
  }

  async execute(occasion: AlarmOccasion): Promise<void> {
    await this.#carryOut?.(occasion);
  }
}

/** arn:…:scalingPolicy:<id>:resource/dynamodb/table/orders:policyName/<name>; a group's says autoScalingGroupName there. */
export const isResourcePolicy = (arn: string): boolean => /:scalingPolicy:[^:]+:resource\//.test(arn);

import { defineEngine } from '../engine.ts';
import { AwsError } from '../errors.ts';

/** Zones that have no room for new instances, after FIS's aws:ec2:…-insufficient-instance-capacity-error actions. */
export interface CapacityFault {
  id: string;
  /** By name or by id. */
  zones: string[];
  /** 1 to 100: of the launches. */
  percentage: number;
  /** The Auto Scaling group, or the role, whose launches fail. */
  of: string;
}

/** Whose launch it is, of what, and where. */
export interface Launch {
  of: string | undefined;
  instanceType: string;
  zone: string;
  zoneId: string;
}

export interface CapacityFaults {
  start(fault: CapacityFault): void;
  heal(id: string): boolean;
  /** Throws InsufficientInstanceCapacity where there is no room. */
  check(launch: Launch): void;
}

export const capacityFaults = defineEngine<CapacityFaults>('capacity-faults', (kernel) => {
  const faults = new Map<string, CapacityFault>();
  return {
    start: (fault) => void faults.set(fault.id, fault),
    heal: (id) => faults.delete(id),
    check({ of, instanceType, zone, zoneId }) {
      for (const fault of faults.values())
        if (
          fault.of === of &&
          (fault.zones.includes(zone) || fault.zones.includes(zoneId)) &&
          kernel.ids.random() * 100 < fault.percentage
        )
          throw new AwsError(
            'InsufficientInstanceCapacity',
            `We currently do not have sufficient ${instanceType} capacity in the Availability Zone you requested (${zone}).`,
            { status: 500 },
          );
    },
  };
});

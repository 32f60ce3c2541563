import type { Instance, RunInstancesCommandInput, Tenancy } from '@aws-sdk/client-ec2';

/** What an instance was asked to be that has no effect on one machine, as DescribeInstances tells it. */
export type AskedOfInstance = Pick<
  Instance,
  | 'CapacityReservationSpecification'
  | 'EbsOptimized'
  | 'Licenses'
  | 'MaintenanceOptions'
  | 'NetworkPerformanceOptions'
  | 'PrivateDnsNameOptions'
> & { Tenancy?: Tenancy | undefined };

export function askedOf(input: RunInstancesCommandInput): AskedOfInstance {
  return {
    CapacityReservationSpecification: input.CapacityReservationSpecification,
    EbsOptimized: input.EbsOptimized,
    Licenses: input.LicenseSpecifications,
    MaintenanceOptions: input.MaintenanceOptions,
    NetworkPerformanceOptions: input.NetworkPerformanceOptions,
    PrivateDnsNameOptions: input.PrivateDnsNameOptions,
    Tenancy: input.Placement?.Tenancy,
  };
}

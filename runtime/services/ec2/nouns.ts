import type { Noun, Tagged } from './behaviour/noun.ts';
import { images } from './image-state.ts';
import { instances, keyPairs, launchTemplates } from './instance-state.ts';
import {
  dhcpOptions,
  elasticIps,
  flowLogs,
  internetGateways,
  natGateways,
  networkAcls,
  networkInterfaces,
  routeTables,
  securityGroups,
  subnets,
  vpcEndpoints,
  vpcs,
} from './network-state.ts';
import { snapshots, volumes } from './volume-state.ts';

/** Everything that can be tagged by its id. */
export const nouns: readonly Noun<Tagged>[] = [
  images,
  vpcs,
  subnets,
  routeTables,
  internetGateways,
  natGateways,
  elasticIps,
  networkAcls,
  securityGroups,
  networkInterfaces,
  dhcpOptions,
  vpcEndpoints,
  flowLogs,
  instances,
  keyPairs,
  launchTemplates,
  volumes,
  snapshots,
] as unknown as Noun<Tagged>[];

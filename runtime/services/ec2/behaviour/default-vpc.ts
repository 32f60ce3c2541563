import { toAddress, toNumber } from '../../../engines/network/addresses.ts';
import { zonesOf } from '../../../kernel/regions.ts';
import type { Context } from '../../../kernel/service.ts';
import { internetGateways, routeTables, type Vpc, vpcs } from '../network-state.ts';
import { makeSubnet, makeVpc } from './vpc-parts.ts';

/**
 * Every account has a default VPC in each region ("Default VPC components", Amazon VPC User Guide): 172.31.0.0/16, a
 * public /20 in each zone. Made when EC2 is first used there; once deleted it stays away until CreateDefaultVpc.
 */
export function ensureDefaultVpc(ctx: Context): void {
  const made = ctx.collection<{ madeMs: number }>('ec2.account');
  if (made.has('default-vpc')) return;
  made.put('default-vpc', { madeMs: ctx.clock.now() });
  makeDefaultVpc(ctx);
}

export function makeDefaultVpc(ctx: Context): Vpc {
  const vpc = makeVpc(ctx, { CidrBlock: '172.31.0.0/16', IsDefault: true, enableDnsHostnames: true, Tags: [] });
  zonesOf(ctx.region).forEach((zone, index) => {
    const CidrBlock = `${toAddress(toNumber('172.31.0.0') + index * 4096)}/20`;
    makeSubnet(ctx, { vpc, CidrBlock, zone, DefaultForAz: true, Tags: [] });
  });
  const gateway = internetGateways.put(ctx, {
    InternetGatewayId: internetGateways.newId(ctx),
    OwnerId: ctx.account,
    Attachments: [{ VpcId: vpc.VpcId, State: 'available' as never }],
    Tags: [],
  });
  const main = routeTables.all(ctx).find(({ VpcId }) => VpcId === vpc.VpcId);
  if (main)
    routeTables.put(ctx, {
      ...main,
      Routes: [
        ...main.Routes,
        {
          DestinationCidrBlock: '0.0.0.0/0',
          GatewayId: gateway.InternetGatewayId,
          Origin: 'CreateRoute',
          State: 'active',
        },
      ],
    });
  return vpcs.find(ctx, vpc.VpcId);
}

import { capacityFaults } from '../../../kernel/faults/capacity-faults.ts';
import { zoneIdOf } from '../../../kernel/regions.ts';
import type { Context } from '../../../kernel/service.ts';

/** An experiment on the caller's role may have left the zone without room. */
export function checkCapacity(ctx: Context, instanceType: string, zone: string): void {
  const of = ctx.principal.kind === 'session' ? ctx.principal.roleArn : undefined;
  ctx.engine(capacityFaults).check({ of, instanceType, zone, zoneId: zoneIdOf(zone) });
}

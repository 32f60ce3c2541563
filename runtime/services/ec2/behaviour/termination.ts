import { rootOf } from '../../../kernel/principal.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import type { Instance } from '../instance-state.ts';
import { networkInterfaces } from '../network-state.ts';
import { wipe } from './instance-disk.ts';
import { removeInterface } from './interfaces.ts';
import { enforce } from './networks.ts';
import { volumeDevices } from './volume-devices.ts';

/** What goes with an instance: its interface, where that was made for it, and its root volume. Elastic IP addresses stay. */
export async function clearAway(kernel: Kernel, scope: Scope, instance: Instance): Promise<void> {
  const ctx = kernel.context({ principal: rootOf(scope.account), region: scope.region });
  const { InstanceId, NetworkInterfaceId, VpcId } = instance;
  const face = networkInterfaces.records(ctx).get(NetworkInterfaceId);
  if (face?.Attachment?.DeleteOnTermination) removeInterface(ctx, NetworkInterfaceId);
  else if (face) networkInterfaces.put(ctx, { ...face, Status: 'available', Attachment: undefined });
  await enforce(ctx, VpcId);
  ctx.engine(volumeDevices).clear(ctx, InstanceId);
  wipe(ctx, InstanceId);
  ctx.trace.end();
}

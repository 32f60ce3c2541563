import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { authorityFiles } from '../../../engines/certificates/authority.ts';
import { certificates } from '../../../engines/certificates/certificates.ts';
import type { BoundFolder } from '../../../engines/compute/isolation.ts';
import { endpointVariables } from '../../../engines/network/endpoint-variables.ts';
import type { SharedPlace } from '../../../engines/network/fabric.ts';
import { network } from '../../../engines/network/network.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { InterfaceRecord } from '../state.ts';

/** Where an environment in a VPC finds the Runtime API; AWS has it at a link-local address of the environment's as well. */
const runtimeApiAddress = '169.254.100.1';
const authorityAt = '/var/runtime/authority.pem';

/** The place in a VPC where one environment runs. */
export interface VpcPlace {
  vpcId: string;
  place: SharedPlace;
  /** Settings of names and of trusted authorities, where the place has a network of its own. */
  folders: BoundFolder[];
  /** To be there when the process starts. */
  startEnvironment: Record<string, string>;
  /** Among the function's own variables; undefined where AWS's API is reached as from anywhere on this machine. */
  endpoints: Record<string, string> | undefined;
  runtimeApiAddress: string | undefined;
}

/** Environments go round the interfaces of their function, past those whose zone or subnet is cut off. */
export async function placeIn(
  kernel: Kernel,
  region: string,
  interfaces: readonly InterfaceRecord[],
): Promise<VpcPlace> {
  const engine = kernel.engine(network);
  const open = interfaces.filter(({ VpcId, NetworkInterfaceId }) =>
    engine.vpc(VpcId).interfaces.some((each) => each.networkInterfaceId === NetworkInterfaceId && !each.isolated),
  );
  const choice = open.length > 0 ? open : interfaces;
  const chosen = choice[kernel.engine(turns).next() % choice.length];
  if (!chosen) throw new Error('The function has no network interface in its VPC.');
  const place = await engine.enter(chosen.VpcId, chosen.NetworkInterfaceId);
  const isOwn = engine.level === 'namespace';
  if (isOwn) await kernel.engine(certificates).authority();
  return {
    vpcId: chosen.VpcId,
    place,
    folders: isOwn ? settings(kernel) : place.files.map((from) => ({ from, at: `/var/runtime/${basename(from)}` })),
    startEnvironment: isOwn ? { NODE_EXTRA_CA_CERTS: authorityAt } : place.environment,
    endpoints: isOwn
      ? { ...endpointVariables(region, kernel.addresses.apiUrl), NODE_EXTRA_CA_CERTS: authorityAt }
      : undefined,
    runtimeApiAddress: isOwn ? runtimeApiAddress : undefined,
  };
}

const turns = defineEngine('lambda.vpc-turns', () => {
  let last = -1;
  return { next: () => (last += 1) };
});

function settings(kernel: Kernel): BoundFolder[] {
  const folder = kernel.store.folder('lambda-vpc');
  const write = (name: string, text: string): BoundFolder => {
    writeFileSync(join(folder, name), text);
    return { from: join(folder, name), at: `/etc/${name}` };
  };
  return [
    write('resolv.conf', 'nameserver 169.254.169.253\n'),
    write('nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n'),
    { from: authorityFiles(kernel.store.folder('certificates')).certificate, at: authorityAt },
  ];
}

import { spawnSync } from 'node:child_process';
import type { ConnectOptions, Fabric, ListenOptions } from '../fabric.ts';
import type { InterfaceTable, VpcTable } from '../vpc-table.ts';
import { VpcRouter } from './router.ts';

/** Linux as root with iproute2 and nftables: one router a VPC, one network namespace an interface. */
export class NamespaceFabric implements Fabric {
  readonly level = 'namespace';
  readonly #routers = new Map<string, VpcRouter>();
  #stopped = false;

  /** Whatever was under way when the runtime stopped must not open a namespace again that nobody then closes. */
  async apply(vpc: VpcTable) {
    return this.#stopped ? [] : this.#router(vpc.vpcId).apply(vpc);
  }

  remove(vpcId: string): void {
    this.#routers.get(vpcId)?.stop();
    this.#routers.delete(vpcId);
  }

  async attach(vpc: VpcTable, networkInterface: InterfaceTable) {
    const enclose = await this.#router(vpc.vpcId).attach(networkInterface);
    return { enclose, environment: {}, files: [], loopbackAddress: undefined };
  }

  async enter(vpc: VpcTable, networkInterface: InterfaceTable) {
    const { enclose, leave } = await this.#router(vpc.vpcId).enter(networkInterface);
    return { enclose, leave, environment: {}, files: [], loopbackAddress: undefined };
  }

  detach(vpcId: string, networkInterfaceId: string): void {
    this.#routers.get(vpcId)?.detach(networkInterfaceId);
  }

  connect(vpc: VpcTable, options: ConnectOptions) {
    return this.#router(vpc.vpcId).connect(options);
  }

  listen(vpc: VpcTable, options: ListenOptions) {
    return this.#router(vpc.vpcId).listen(options);
  }

  receive(vpc: VpcTable, options: ListenOptions) {
    return this.#router(vpc.vpcId).receive(options);
  }

  async flows(vpcId: string) {
    return (await this.#routers.get(vpcId)?.flows()) ?? [];
  }

  stop(): void {
    this.#stopped = true;
    for (const vpcId of [...this.#routers.keys()]) this.remove(vpcId);
  }

  #router(vpcId: string): VpcRouter {
    let router = this.#routers.get(vpcId);
    if (!router) {
      if (this.#stopped) throw new Error('the runtime stops');
      router = new VpcRouter();
      this.#routers.set(vpcId, router);
    }
    return router;
  }
}

/** Whether this machine can; undefined when it can, else what it lacks. */
export function namespacesLacking(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are a feature of Linux';
  if (process.getuid?.() !== 0) return 'network namespaces are made as root';
  const trial = spawnSync('unshare', ['--net', 'sh', '-c', 'ip link set lo up && nft list tables'], {
    encoding: 'utf8',
  });
  if (trial.status === 0) return undefined;
  return `iproute2 and nftables are needed (Debian and Ubuntu: apt install iproute2 nftables): ${trial.stderr.trim()}`;
}

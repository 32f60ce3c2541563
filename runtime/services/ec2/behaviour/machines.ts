import { readFileSync } from 'node:fs';
import { certificates } from '../../../engines/certificates/certificates.ts';
import { compute } from '../../../engines/compute/compute.ts';
import type { Sandbox } from '../../../engines/compute/sandbox.ts';
import type { Place } from '../../../engines/network/fabric.ts';
import { network } from '../../../engines/network/network.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { type Instance, type InstanceState, instances } from '../instance-state.ts';
import { diskOf } from './instance-disk.ts';
import { type InstanceDoor, openInstanceDoor } from './instance-door.ts';
import { housing } from './instance-levels.ts';
import { instanceType } from './instance-types.ts';
import { enforce } from './networks.ts';
import { clearAway } from './termination.ts';
import { volumeDevices } from './volume-devices.ts';

declare module '../../../kernel/events/events.ts' {
  interface EventTypes {
    /** An instance came to another state; what watches instances (Auto Scaling, target groups) reads this. */
    'ec2.instance-state': { instanceId: string; state: InstanceState; account: string; region: string };
  }
}

/** GetConsoleOutput gives the last 64 KB ("GetConsoleOutput", Amazon EC2 API Reference). */
const consoleBytes = 65_536;
/** What `stop` gives processes to end by themselves, of real time. */
const graceMs = 5000;

/** What the first process of an instance ends with when it is to boot again (instance/systemctl.cjs). */
const rebootStatus = 70;

interface Machine {
  sandbox: Sandbox;
  console: string;
  /** Ended because it was asked to, so that its end says nothing about it. */
  asked: boolean;
  /** At the level loopback. */
  door: InstanceDoor | undefined;
}

/** What an instance is started in. */
interface Surroundings {
  place: Place;
  /** Of the local authority, which stands for those that AWS's images trust. */
  authorityPem: string;
}

/** The processes of running instances. Records are in the store; this is what a restart of the runtime begins anew. */
export const machines = defineEngine<Machines>('ec2.machines', (kernel) => new Machines(kernel));

class Machines {
  readonly #kernel: Kernel;
  readonly #machines = new Map<string, Machine>();
  readonly #consoles = new Map<string, string>();
  #stopped = false;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    // Made first, so that they are stopped after this: what they end is then known to end with the runtime.
    kernel.engine(compute);
    kernel.engine(network);
    kernel.engine(volumeDevices);
  }

  /** From `pending` to `running`; where it cannot be started it ends as `terminated`, with the reason. */
  async boot(scope: Scope, instanceId: string): Promise<void> {
    const kernel = this.#kernel;
    const where = { ...kernel, ...scope };
    const instance = instances.find(where, instanceId);
    try {
      await enforce(where, instance.VpcId);
      const place = await kernel.engine(network).attach(instance.VpcId, instance.NetworkInterfaceId);
      if (this.#stopped || instances.find(where, instanceId).state !== 'pending') return;
      await kernel.engine(volumeDevices).insertAll(where, instanceId);
      const { certificatePem } = await kernel.engine(certificates).authority();
      await this.#start(scope, instance, { place, authorityPem: certificatePem });
      // It may have been told to stop in the meantime.
      if (instances.find(where, instanceId).state !== 'pending') return;
      instances.put(where, { ...instances.find(where, instanceId), initialized: true });
      this.to(scope, instanceId, 'running');
    } catch (error) {
      if (this.#stopped || instances.find(where, instanceId).state !== 'pending') return;
      const StateReason = { Code: 'Server.InternalError', Message: (error as Error).message };
      await clearAway(kernel, scope, instances.find(where, instanceId));
      instances.put(where, { ...instances.find(where, instanceId), StateReason, terminatedMs: kernel.clock.now() });
      this.to(scope, instanceId, 'terminated');
    }
  }

  /** Resolves when its first process has said that it is there: from then on it hears signals. */
  async #start(scope: Scope, instance: Instance, { place, authorityPem }: Surroundings): Promise<void> {
    const { InstanceId, PrivateIpAddress, InstanceType, VpcId } = instance;
    const disk = await diskOf(this.#kernel, instance, authorityPem);
    const { loopbackAddress } = place;
    const door = loopbackAddress
      ? await openInstanceDoor(this.#kernel, {
          vpcId: VpcId,
          privateIp: PrivateIpAddress,
          loopbackAddress,
          tell: (line) => say(line),
        })
      : undefined;
    const machine: Omit<Machine, 'sandbox'> & { sandbox?: Sandbox } = { console: '', asked: false, door };
    const say = (line: string): void => {
      machine.console = `${machine.console}${line}\n`.slice(-consoleBytes);
      this.#consoles.set(InstanceId, machine.console);
    };
    const booted = Promise.withResolvers<void>();
    const sandbox = this.#kernel.engine(compute).start({
      kind: 'instance',
      name: InstanceId,
      ...housing(this.#kernel, {
        instanceId: InstanceId,
        region: scope.region,
        hostname: `ip-${PrivateIpAddress.replaceAll('.', '-')}`,
        disk,
        place,
        doorAt: door?.at,
      }),
      memoryLimitBytes: (instanceType(InstanceType)?.memoryMiB ?? 1024) * 2 ** 20,
      onLine: (line) => {
        booted.resolve();
        say(line);
      },
    });
    sandbox.work();
    const running = Object.assign(machine, { sandbox });
    this.#machines.set(InstanceId, running);
    void sandbox.exited.then(({ code }) => {
      booted.reject(new Error(`Server.InternalError: it ended before it had booted. ${machine.console}`));
      this.#ended(scope, InstanceId, { machine: running, code });
    });
    await booted.promise;
  }

  /** By itself: it shut itself down, or was killed. What then becomes of it is its shutdown behaviour. */
  #ended(scope: Scope, instanceId: string, { machine, code }: { machine: Machine; code: number | undefined }): void {
    machine.door?.close();
    if (this.#machines.get(instanceId) === machine) this.#machines.delete(instanceId);
    if (machine.asked || this.#stopped) return;
    const where = { ...this.#kernel, ...scope };
    const instance = instances.records(where).get(instanceId);
    if (instance?.state !== 'running') return;
    if (code === rebootStatus) {
      this.#kernel.engine(network).detach(instance.VpcId, instance.NetworkInterfaceId);
      instances.put(where, { ...instance, state: 'pending' });
      void this.#kernel.clock.track(this.boot(scope, instanceId));
      return;
    }
    const StateReason = {
      Code: 'Client.InstanceInitiatedShutdown',
      Message: 'Client.InstanceInitiatedShutdown: Instance initiated shutdown',
    };
    const terminates = instance.shutdownBehavior === 'terminate';
    instances.put(where, {
      ...instance,
      StateReason,
      ...(terminates ? { terminatedMs: this.#kernel.clock.now() } : {}),
    });
    this.#kernel.engine(network).detach(instance.VpcId, instance.NetworkInterfaceId);
    const taken = this.#kernel.engine(volumeDevices).takeAll(where, instanceId);
    const cleared = taken.then(() => (terminates ? clearAway(this.#kernel, scope, instance) : undefined));
    const end = cleared.then(() => this.to(scope, instanceId, terminates ? 'terminated' : 'stopped'));
    void this.#kernel.clock.track(end);
  }

  /** Ends its processes; resolves when they have. */
  async halt(scope: Scope, instance: Instance, options: { force?: boolean | undefined } = {}): Promise<void> {
    const machine = this.#machines.get(instance.InstanceId);
    if (machine) {
      machine.asked = true;
      await (options.force ? machine.sandbox.kill() : machine.sandbox.stop({ graceMs }));
    }
    await this.#kernel.engine(volumeDevices).takeAll({ ...this.#kernel, ...scope }, instance.InstanceId);
    this.#kernel.engine(network).detach(instance.VpcId, instance.NetworkInterfaceId);
  }

  to(scope: Scope, instanceId: string, state: InstanceState): void {
    const where = { ...this.#kernel, ...scope };
    instances.put(where, { ...instances.find(where, instanceId), state });
    this.#kernel.events.emit('ec2.instance-state', { instanceId, state, ...scope });
    this.#kernel.events.emit('usage.changed', { service: 'ec2' });
  }

  console(instanceId: string): string {
    return this.#consoles.get(instanceId) ?? '';
  }

  forget(instanceId: string): void {
    this.#consoles.delete(instanceId);
  }

  /** Seconds of processor time that its processes have used. */
  cpuSeconds(instanceId: string): number | undefined {
    const pid = this.#machines.get(instanceId)?.sandbox.pid;
    return pid === undefined ? undefined : treeSeconds(pid);
  }

  stop(): void {
    this.#stopped = true;
  }
}

/** Clock ticks of /proc are hundredths of a second on Linux. */
const ticksPerSecond = 100;

function treeSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /, '')
      .split(' ');
    // utime, stime, and what children that have ended used: fields 14 to 17 of proc(5).
    const own = fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / ticksPerSecond;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
    return own + (children ? children.split(' ').reduce((sum, child) => sum + treeSeconds(Number(child)), 0) : 0);
  } catch {
    return 0;
  }
}

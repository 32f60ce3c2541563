import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BlockDevice, blockDevices } from '../../../engines/compute/block-devices.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { instances } from '../instance-state.ts';
import { type Volume, volumes } from '../volume-state.ts';
import { devicesFolder } from './instance-disk.ts';
import type { Where } from './noun.ts';

const gibibyte = 2 ** 30;

/** The data of EBS volumes, a sparse file each, and the devices by which instances have them. */
export const volumeDevices = defineEngine('ec2.volume-devices', (kernel) => new VolumeDevices(kernel));

class VolumeDevices {
  readonly #kernel: Kernel;
  /** By volume id. */
  readonly #open = new Map<string, { device: BlockDevice; instanceId: string; nodes: string[] }>();

  /** Snapshots under way, by volume. */
  readonly #copying = new Map<string, Promise<void>[]>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    kernel.engine(blockDevices);
  }

  /** Why volumes cannot be attached here, where they cannot. */
  get lacking(): string | undefined {
    return this.#kernel.engine(blockDevices).lacking;
  }

  /** A new volume is all zeros, or what its snapshot holds. */
  async make({ VolumeId, Size, SnapshotId }: Volume): Promise<void> {
    const file = this.#file('volumes', VolumeId);
    if (SnapshotId === '') writeFileSync(file, '');
    else await copy(this.#file('snapshots', SnapshotId), file);
    truncateSync(file, Size * gibibyte);
  }

  forget(volumeId: string): void {
    rmSync(this.#file('volumes', volumeId), { force: true });
  }

  /** As a crash would find it: what programs have not written yet is not in it ("Create Amazon EBS snapshots"). */
  async snapshot(volumeId: string, snapshotId: string): Promise<void> {
    const copying = this.#snapshot(volumeId, snapshotId);
    const all = [...(this.#copying.get(volumeId) ?? []), copying];
    this.#copying.set(volumeId, all);
    try {
      await copying;
    } finally {
      const left = (this.#copying.get(volumeId) ?? []).filter((each) => each !== copying);
      if (left.length > 0) this.#copying.set(volumeId, left);
      else this.#copying.delete(volumeId);
    }
  }

  async #snapshot(volumeId: string, snapshotId: string): Promise<void> {
    await this.#open.get(volumeId)?.device.flush();
    await copy(this.#file('volumes', volumeId), this.#file('snapshots', snapshotId));
  }

  /** When the snapshots under way are made: a volume may be deleted before that, and they keep what it held. */
  async copied(volumeId: string): Promise<void> {
    await Promise.allSettled(this.#copying.get(volumeId) ?? []);
  }

  forgetSnapshot(snapshotId: string): void {
    rmSync(this.#file('snapshots', snapshotId), { force: true });
  }

  async grow({ VolumeId, Size }: Volume): Promise<void> {
    truncateSync(this.#file('volumes', VolumeId), Size * gibibyte);
    await this.#open.get(VolumeId)?.device.grow();
  }

  /** Gives an instance that starts the devices of its volumes. */
  async insertAll(where: Where, instanceId: string): Promise<void> {
    const folder = devicesFolder(this.#kernel, instanceId);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    // What was being let go of while the runtime ended is free: nothing has it mounted any more.
    await this.takeAll(where, instanceId);
    for (const volume of volumes.all(where))
      if (volume.Attachment?.InstanceId === instanceId) await this.insert(volume, instanceId);
  }

  /** The device under the letter it was asked for, and under the next number of an NVMe device, as on Nitro instances. */
  async insert({ VolumeId, Attachment }: Volume, instanceId: string): Promise<void> {
    const device = await this.#kernel.engine(blockDevices).open(this.#file('volumes', VolumeId));
    const taken = [...this.#open.values()].filter((each) => each.instanceId === instanceId).length;
    const folder = devicesFolder(this.#kernel, instanceId);
    const nodes = [letterOf(Attachment?.Device ?? ''), `nvme${taken + 1}n1`].map((name) => join(folder, name));
    const { major, minor } = device.numbers;
    for (const node of nodes) await run('mknod', [node, 'b', String(major), String(minor)]);
    this.#open.set(VolumeId, { device, instanceId, nodes });
  }

  /** False: a file system on it is still mounted in the instance. */
  async take(volumeId: string): Promise<boolean> {
    const open = this.#open.get(volumeId);
    if (!open) return true;
    for (const node of open.nodes) rmSync(node, { force: true });
    this.#open.delete(volumeId);
    return open.device.close();
  }

  /** The instance has ended, and with it everything that had devices open. */
  async takeAll(where: Where, instanceId: string): Promise<void> {
    for (const [volumeId, open] of [...this.#open]) if (open.instanceId === instanceId) await this.take(volumeId);
    for (const volume of volumes.all(where))
      if (volume.Attachment?.InstanceId === instanceId && volume.Attachment.State === 'busy')
        volumes.put(where, { ...volume, State: 'available', Attachment: undefined });
  }

  /** What goes with a terminated instance, and what stays. */
  clear(where: Where, instanceId: string): void {
    for (const volume of volumes.all(where)) {
      if (volume.Attachment?.InstanceId !== instanceId) continue;
      if (!volume.Attachment.DeleteOnTermination) {
        volumes.put(where, { ...volume, State: 'available', Attachment: undefined });
        continue;
      }
      volumes.delete(where, volume.VolumeId);
      this.forget(volume.VolumeId);
    }
  }

  #file(kind: 'volumes' | 'snapshots', id: string): string {
    return join(this.#kernel.store.folder(`ebs/${kind}`), `${id}.img`);
  }
}

/** Whether the instance is there to be given devices now. */
export function isRunning(where: Where, instanceId: string): boolean {
  return instances.records(where).get(instanceId)?.state === 'running';
}

/** /dev/sdf and /dev/xvdf are one place ("Device names for volumes on Amazon EC2 instances"). */
export function letterOf(device: string): string {
  return device.replace(/^\/dev\/(sd|xvd)/, '');
}

function copy(from: string, to: string): Promise<void> {
  return run('cp', ['--sparse=always', '--reflink=auto', from, to]);
}

function run(program: string, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(program, args, (error, _out, stderr) =>
      error ? reject(new Error(stderr.trim() || error.message)) : resolve(),
    );
  });
}

import type { FlowCount } from '../../../engines/network/flows.ts';
import { network } from '../../../engines/network/network.ts';
import type { Timer } from '../../../kernel/clock/clock.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { rootOf } from '../../../kernel/principal.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { instances } from '../instance-state.ts';
import { type FlowLog, flowLogs, type NetworkInterface, networkInterfaces, subnets, vpcs } from '../network-state.ts';
import { deliver } from './flow-delivery.ts';
import { type FlowSeen, holds } from './flow-fields.ts';
import { meterFlows } from './flow-usage.ts';
import type { Where } from './noun.ts';

/** Seconds between two readings where no flow log says how often: what is paid for by the byte is counted then. */
const usualSeconds = 60;

/** Reads what flowed in each VPC: it is metered, and written down where there is a flow log. */
export const flowLogSchedule = defineEngine('ec2.flow-logs', (kernel) => new FlowLogSchedule(kernel));

class FlowLogSchedule {
  readonly #kernel: Kernel;
  readonly #vpcs = new Map<string, { timer: Timer; seconds: number; write: () => Promise<void> }>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** From its first flow log or change on; again when how often has changed. */
  follow({ account, region }: Scope, VpcId: string): void {
    const [log] = this.#logsOf({ account, region }, VpcId);
    const seconds = log?.MaxAggregationInterval ?? usualSeconds;
    const known = this.#vpcs.get(VpcId);
    if (known?.seconds === seconds) return;
    known?.timer.cancel();
    const write = (): Promise<void> => this.#write({ account, region }, VpcId, seconds);
    // Packets take real time, so it is real time that is counted: winding a month reads nothing a hundred thousand times.
    const every = { basis: 'elapsed' } as const;
    const timer = this.#kernel.clock.every(seconds * 1000, `flow logs of ${VpcId}`, write, every);
    this.#vpcs.set(VpcId, { timer, seconds, write });
  }

  /** What has flowed until now is written down before its interval ends. */
  async writeNow(): Promise<void> {
    for (const { write } of [...this.#vpcs.values()]) await write();
  }

  async #write(scope: Scope, vpcId: string, intervalSeconds: number): Promise<void> {
    const where: Where = { store: this.#kernel.store, ...scope };
    if (!vpcs.records(where).has(vpcId)) {
      this.#vpcs.get(vpcId)?.timer.cancel();
      this.#vpcs.delete(vpcId);
      return;
    }
    const flows = await this.#kernel.engine(network).flows(vpcId);
    if (flows.length === 0) return;
    meterFlows(this.#kernel, where, { vpcId, flows });
    const logs = this.#logsOf(scope, vpcId);
    if (logs.length === 0) return;
    const ctx = this.#kernel.context({ principal: rootOf(scope.account), region: scope.region });
    const seen = sightings(where, vpcId, { flows, intervalSeconds, nowMs: this.#kernel.clock.now() });
    for (const log of logs) await this.#deliver(ctx, log, seen);
    ctx.trace.end();
  }

  #logsOf(scope: Scope, vpcId: string): FlowLog[] {
    return flowLogs.all({ store: this.#kernel.store, ...scope }).filter(({ VpcId }) => VpcId === vpcId);
  }

  async #deliver(ctx: Context, log: FlowLog, seen: readonly FlowSeen[]): Promise<void> {
    const wanted = seen.filter(
      ({ face, action }) =>
        [face.VpcId, face.SubnetId, face.NetworkInterfaceId].includes(log.ResourceId) &&
        (log.TrafficType === 'ALL' || log.TrafficType === action),
    );
    if (wanted.length === 0) return;
    try {
      await deliver(ctx, log, wanted);
      this.#note(ctx, log, undefined);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      // "Access error" is what AWS says in DeliverLogsErrorMessage where the role does not let it.
      this.#note(ctx, log, /AccessDenied/.test(error.code) ? 'Access error' : error.message);
    }
  }

  #note(ctx: Context, log: FlowLog, message: string | undefined): void {
    const { DeliverLogsErrorMessage, ...kept } = log;
    if (DeliverLogsErrorMessage === message || !flowLogs.records(ctx).has(log.FlowLogId)) return;
    flowLogs.put(ctx, message === undefined ? kept : { ...kept, DeliverLogsErrorMessage: message });
  }
}

/** Each flow once for every interface of the VPC that it touched; what was refused is told by the end that refused it. */
function sightings(
  where: Where,
  vpcId: string,
  { flows, intervalSeconds, nowMs }: { flows: readonly FlowCount[]; intervalSeconds: number; nowMs: number },
): FlowSeen[] {
  const faces = networkInterfaces.all(where).filter(({ VpcId }) => VpcId === vpcId);
  const end = Math.floor(nowMs / 1000);
  return flows.flatMap(({ sourcePort, ...flow }) => {
    const [from, to] = [flow.source, flow.target].map((address) => faces.find((face) => holds(face, address)));
    const touched = flow.action === 'REJECT' ? [to ?? from] : [from, to];
    return touched.flatMap((face) =>
      face ? [{ ...flow, ...placeOf(where, face), sourcePort, face, start: end - intervalSeconds, end }] : [],
    );
  });
}

function placeOf(where: Where, { SubnetId, Attachment }: NetworkInterface) {
  const { account, region } = where;
  const subnet = subnets.records(where).get(SubnetId);
  const instance = instances.records(where).get(Attachment?.InstanceId ?? '');
  return { account, region, subnet, instance };
}

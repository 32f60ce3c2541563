import type { FlowCount } from '../../../engines/network/flows.ts';
import { network } from '../../../engines/network/network.ts';
import { authorization } from '../../../kernel/authorizer.ts';
import type { Timer } from '../../../kernel/clock/clock.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { rootOf, servicePrincipal } from '../../../kernel/principal.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import type { Scope } from '../../../kernel/store/store.ts';
import { type FlowLog, flowLogs, type NetworkInterface, networkInterfaces } from '../state.ts';
import type { Where } from './noun.ts';

/** "Flow log records" (Amazon VPC User Guide), version 2: the default format. */
export const logFormat = [
  'version account-id interface-id srcaddr dstaddr srcport dstport',
  'protocol packets bytes start end action log-status',
]
  .join(' ')
  .replace(/\S+/g, (field) => `\${${field}}`);

/** Reads what flowed in each VPC that has a flow log, and writes it down. */
export const flowLogSchedule = defineEngine('ec2.flow-logs', (kernel) => new FlowLogSchedule(kernel));

class FlowLogSchedule {
  readonly #kernel: Kernel;
  readonly #vpcs = new Map<string, Timer>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  follow({ account, region }: Scope, { VpcId, MaxAggregationInterval }: FlowLog): void {
    if (this.#vpcs.has(VpcId)) return;
    // Packets take real time, so it is real time that is counted: winding a month reads nothing a hundred thousand times.
    const timer = this.#kernel.clock.every(
      MaxAggregationInterval * 1000,
      `flow logs of ${VpcId}`,
      () => this.#write({ account, region }, VpcId, MaxAggregationInterval),
      { basis: 'elapsed' },
    );
    this.#vpcs.set(VpcId, timer);
  }

  async #write(scope: Scope, vpcId: string, intervalSeconds: number): Promise<void> {
    const where: Where = { store: this.#kernel.store, ...scope };
    const logs = flowLogs.all(where).filter(({ VpcId }) => VpcId === vpcId);
    if (logs.length === 0) {
      this.#vpcs.get(vpcId)?.cancel();
      this.#vpcs.delete(vpcId);
      return;
    }
    const flows = await this.#kernel.engine(network).flows(vpcId);
    if (flows.length === 0) return;
    const end = Math.floor(this.#kernel.clock.now() / 1000);
    const ctx = this.#kernel.context({ principal: rootOf(scope.account), region: scope.region });
    const faces = networkInterfaces.all(where).filter(({ VpcId }) => VpcId === vpcId);
    const records = flows.flatMap((flow) =>
      recordsOf(flow, faces, { account: scope.account, start: end - intervalSeconds, end }),
    );
    for (const log of logs) await this.#deliver(ctx, log, records);
  }

  async #deliver(ctx: Context, log: FlowLog, records: readonly FlowRecord[]): Promise<void> {
    const wanted = records.filter(
      ({ face, action }) =>
        [face.VpcId, face.SubnetId, face.NetworkInterfaceId].includes(log.ResourceId) &&
        (log.TrafficType === 'ALL' || log.TrafficType === action),
    );
    const byInterface = Map.groupBy(wanted, ({ face }) => face.NetworkInterfaceId);
    try {
      const { principal } = authorizerOf(ctx).assumeRole(ctx, {
        roleArn: log.DeliverLogsPermissionArn,
        sessionName: log.FlowLogId,
        by: servicePrincipal('vpc-flow-logs.amazonaws.com', ctx.account),
      });
      for (const [id, lines] of byInterface)
        await write(ctx.as({ principal }), log, `${id}-${log.TrafficType.toLowerCase()}`, lines);
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

function authorizerOf(ctx: Context) {
  const authorizer = ctx.engine(authorization).current;
  if (!authorizer) throw new AwsError('AccessDenied', 'roles cannot be assumed: the iam service does not run');
  return authorizer;
}

interface FlowRecord {
  face: NetworkInterface;
  action: FlowCount['action'];
  line: string;
}

/** One record for each interface of the VPC a flow touched; what was refused is told by the end that refused it. */
function recordsOf(
  { source, sourcePort, target, port, protocol, packets, bytes, action }: FlowCount,
  faces: readonly NetworkInterface[],
  { account, start, end }: { account: string; start: number; end: number },
): FlowRecord[] {
  const holder = (address: string) =>
    faces.find(({ PrivateIpAddresses }) => PrivateIpAddresses.some((each) => each.PrivateIpAddress === address));
  const [from, to] = [holder(source), holder(target)];
  const touched = action === 'REJECT' ? [to ?? from] : [from, to];
  return touched.flatMap((face) => {
    if (!face) return [];
    const fields = [
      2,
      account,
      face.NetworkInterfaceId,
      source,
      target,
      sourcePort ?? '-',
      port,
      protocol,
      packets,
      bytes,
      start,
      end,
      action,
      'OK',
    ];
    return [{ face, action, line: fields.join(' ') }];
  });
}

async function write(ctx: Context, log: FlowLog, logStreamName: string, records: readonly FlowRecord[]): Promise<void> {
  const logGroupName = log.LogGroupName;
  try {
    await ctx.call('logs', 'CreateLogStream', { logGroupName, logStreamName });
  } catch (error) {
    if ((error as AwsError).code !== 'ResourceAlreadyExistsException') throw error;
  }
  const timestamp = ctx.clock.now();
  // PutLogEvents takes at most 10,000 events at once.
  for (let first = 0; first < records.length; first += 10_000) {
    const logEvents = records.slice(first, first + 10_000).map(({ line }) => ({ timestamp, message: line }));
    await ctx.call('logs', 'PutLogEvents', { logGroupName, logStreamName, logEvents });
  }
}

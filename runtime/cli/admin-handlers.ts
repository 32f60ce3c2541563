import {
  type FaultOrder,
  listActions,
  listFaults,
  startFault,
  stopFaults,
} from '../control-plane/faults/fault-desk.ts';
import { serviceFidelity } from '../control-plane/fidelity.ts';
import type { Ports } from '../control-plane/listen.ts';
import { stackFidelity } from '../control-plane/stack-fidelity.ts';
import { stackOutputs, stacks } from '../control-plane/stack-outputs.ts';
import { type CostReport, costReport } from '../cost/cost-report.ts';
import { defaultAccount, defaultRegion, parseArn } from '../kernel/arn.ts';
import { PersonError } from '../kernel/errors.ts';
import { rootOf } from '../kernel/principal.ts';
import type { Kernel } from '../kernel/service.ts';
import type { AdminHandler } from './admin-api.ts';
import { type DeployProgress, type DeployTarget, deployAll } from './deploy/deploy.ts';
import { followLogs } from './follow-logs.ts';
import { keptMail } from './kept-mail.ts';
import { lineStream } from './line-stream.ts';

/** What the commands ask of a running runtime. */
export function adminHandlers(
  kernel: Kernel,
  about: { ports: Ports; dataDir: string; end(): void },
): Record<string, AdminHandler> {
  return {
    'GET status': () => status(kernel, about),
    'GET outputs': () => stackOutputs(kernel),
    'GET resources': () => resources(kernel),
    'GET fidelity': async (_body, query) => (query.get('services') ? serviceFidelity(kernel) : stackFidelity(kernel)),
    'GET logs': (_body, query, signal) =>
      followLogs(kernel, { group: query.get('group') ?? '', follow: query.get('follow') === 'true', signal }),
    'GET cost': (_body, query) => cost(kernel, query),
    'GET faults': async (_body, query) =>
      query.get('actions') ? listActions(kernel) : listFaults(kernel, query.get('region') ?? undefined),
    'POST faults': (body) => startFault(kernel, body as unknown as FaultOrder),
    'POST faults/stop': (body) => stopFaults(kernel, body.ids as string[], body.region as string | undefined),
    'GET mail': (_body, query) => keptMail(kernel, query),
    'POST deploy': (body) => deploy(kernel, body as unknown as DeployTarget),
    'POST wind': (body) => wind(kernel, Number(body.durationMs)),
    'POST down': async () => {
      setImmediate(about.end);
      return { ending: true };
    },
  };
}

async function status(kernel: Kernel, about: { ports: Ports; dataDir: string }): Promise<object> {
  const all = await stacks(kernel);
  return {
    pid: process.pid,
    apiPort: about.ports.api,
    httpPort: about.ports.http,
    httpsPort: about.ports.https,
    dnsPort: about.ports.dns,
    smtpPort: about.ports.smtp,
    dataDir: about.dataDir,
    time: new Date(kernel.clock.now()).toISOString(),
    aheadMs: Math.round(kernel.clock.offset()),
    memoryBytes: process.memoryUsage.rss(),
    stacks: all.map(({ StackName, StackStatus, StackStatusReason }) => ({
      name: StackName,
      status: StackStatus,
      reason: StackStatusReason,
    })),
    next: kernel.clock.upcoming(5).map(({ atMs, name }) => ({ time: new Date(atMs).toISOString(), name })),
  };
}

function cost(kernel: Kernel, query: URLSearchParams): Promise<CostReport> {
  const routes = query.get('for');
  const period = query.get('period') ?? 'start';
  if (period !== 'start' && period !== 'month' && period !== 'rate')
    throw new PersonError('period', `There is no period "${period}".`, 'It is one of start, month and rate.');
  return costReport(kernel, { period, ...(routes === null ? {} : { routes }) });
}

async function resources(kernel: Kernel): Promise<object> {
  const result: Record<string, object[]> = {};
  for (const { StackName = '', StackId = '' } of await stacks(kernel)) {
    const region = parseArn(StackId)?.region ?? defaultRegion;
    const ctx = kernel.context({ principal: rootOf(defaultAccount), region });
    const { StackResources = [] } = await ctx.call<{ StackResources?: Record<string, unknown>[] }>(
      'cloudformation',
      'DescribeStackResources',
      { StackName },
    );
    result[StackName] = StackResources.map((resource) => ({
      logicalId: resource.LogicalResourceId,
      type: resource.ResourceType,
      physicalId: resource.PhysicalResourceId,
      status: resource.ResourceStatus,
    }));
  }
  return result;
}

function deploy(kernel: Kernel, target: DeployTarget): AsyncIterable<object> {
  return lineStream<DeployProgress | { outputs: object }>(async (emit) => {
    await deployAll(kernel, target, emit);
    emit({ outputs: await stackOutputs(kernel) });
  });
}

function wind(kernel: Kernel, durationMs: number): AsyncIterable<object> {
  if (!(durationMs > 0))
    throw new PersonError('duration', 'A duration above zero is needed.', 'For example: orrery wind 1d');
  return lineStream<object>(async (emit) => {
    let lastMs = 0;
    const report = await kernel.clock.wind(durationMs, (nowMs, fired) => {
      if (kernel.clock.elapsed() - lastMs < 250) return;
      lastMs = kernel.clock.elapsed();
      emit({ progress: { time: new Date(nowMs).toISOString(), fired } });
    });
    await kernel.store.durable();
    emit({
      done: {
        from: new Date(report.fromMs).toISOString(),
        to: new Date(report.toMs).toISOString(),
        fired: report.fired,
      },
    });
  });
}

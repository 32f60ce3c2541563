import type { Kernel } from '../../kernel/service.ts';
import type { HealthCheckTable, TargetGroupTable, TargetTable } from './configuration.ts';
import { dialer, open, undici } from './connections.ts';
import { waysIn } from './ways-in.ts';

/** As DescribeTargetHealth tells it ("Target health status" and its reason codes). */
export interface HealthReport {
  state: 'initial' | 'healthy' | 'unhealthy' | 'unused' | 'draining' | 'unavailable';
  reason: string | undefined;
  description: string | undefined;
}

export interface Probe {
  failure: { reason: string; description: string } | undefined;
}

export const initial: HealthReport = {
  state: 'initial',
  reason: 'Elb.RegistrationInProgress',
  description: 'Target registration is in progress',
};

const notInUseReports: Record<'group' | 'zone' | 'disabled', HealthReport> = {
  group: {
    state: 'unused',
    reason: 'Target.NotInUse',
    description: 'Target group is not configured to receive traffic from the load balancer',
  },
  zone: {
    state: 'unused',
    reason: 'Target.NotInUse',
    description: 'Target is in an Availability Zone that is not enabled for the load balancer',
  },
  disabled: {
    state: 'unavailable',
    reason: 'Target.HealthCheckDisabled',
    description: 'Health checks are not enabled for this target',
  },
};

/** "Target health reason codes", Target.InvalidState. */
export const invalidState = (state: string): HealthReport => ({
  state: 'unused',
  reason: 'Target.InvalidState',
  description: `Target is in the ${state} state`,
});

export const notInUse = (why: 'group' | 'zone' | 'disabled'): HealthReport => notInUseReports[why];

/**
 * A new target is healthy after one success; otherwise both thresholds count ("Health checks for Application Load
 * Balancer target groups").
 */
export function judge(before: HealthReport, streak: number, probe: Probe, check: HealthCheckTable): HealthReport {
  const { failure } = probe;
  if (!failure) {
    const enough = before.state === 'initial' || before.state === 'healthy' || streak >= check.healthyThreshold;
    return enough ? { state: 'healthy', reason: undefined, description: undefined } : before;
  }
  const unhealthy: HealthReport = { state: 'unhealthy', ...failure };
  if (before.state === 'unhealthy' || streak >= check.unhealthyThreshold) return unhealthy;
  if (before.state !== 'initial') return before;
  return { state: 'initial', reason: 'Elb.InitialHealthChecking', description: 'Initial health checks in progress' };
}

/** One request on a connection of its own, as the health checker makes it. Never rejects. */
export async function probe(
  kernel: Kernel,
  group: TargetGroupTable,
  target: TargetTable,
  from: string | undefined,
): Promise<Probe> {
  const check = group.healthCheck;
  const port = check.port ?? target.port;
  if (group.targetType === 'alb') return ofBalancer(kernel, target.id, { port, check });
  if (target.address === undefined) return failed('Target.FailedHealthChecks', 'Health checks failed');
  const timeoutMs = check.timeoutSeconds * 1000;
  if (check.protocol === 'TCP')
    return connects(kernel, { vpcId: group.vpcId, from, address: target.address, port, secure: false, timeoutMs });
  const secure = check.protocol === 'HTTPS';
  const { Client } = undici();
  const client = new Client(`${secure ? 'https' : 'http'}://${target.address}:${port}`, {
    connect: dialer(kernel, { vpcId: group.vpcId, from, address: target.address, port, secure, timeoutMs }),
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  try {
    const answer = await client.request({
      method: 'GET',
      path: check.path,
      headers: { host: `${target.address}:${port}`, 'user-agent': 'ELB-HealthChecker/2.0', connection: 'close' },
    });
    await answer.body.dump({ limit: 256 * 1024 });
    if (matches(answer.statusCode, check.matcher)) return { failure: undefined };
    return failed('Target.ResponseCodeMismatch', `Health checks failed with these codes: [${answer.statusCode}]`);
  } catch (error) {
    const code = String((error as { code?: unknown }).code ?? '');
    if (/TIMEOUT|ETIMEDOUT/.test(code)) return failed('Target.Timeout', 'Request timed out');
    return failed('Target.FailedHealthChecks', 'Health checks failed');
  } finally {
    void client.destroy().catch(() => undefined);
  }
}

/** An Application Load Balancer is asked at its listener. */
async function ofBalancer(
  kernel: Kernel,
  arn: string,
  { port, check }: { port: number; check: HealthCheckTable },
): Promise<Probe> {
  const status = await kernel.engine(waysIn).get(arn)?.check(port, check.path);
  if (status === undefined) return failed('Target.FailedHealthChecks', 'Health checks failed');
  if (matches(status, check.matcher)) return { failure: undefined };
  return failed('Target.ResponseCodeMismatch', `Health checks failed with these codes: [${status}]`);
}

/** "TCP health checks": a connection that comes about is enough. */
async function connects(kernel: Kernel, dial: Parameters<typeof open>[1]): Promise<Probe> {
  try {
    (await open(kernel, dial)).destroy();
    return { failure: undefined };
  } catch (error) {
    const late = /TIMEOUT|ETIMEDOUT/.test(String((error as { code?: unknown }).code ?? ''));
    return late
      ? failed('Target.Timeout', 'Request timed out')
      : failed('Target.FailedHealthChecks', 'Health checks failed');
  }
}

/** 200, 200,202 or 200-299. */
export function matches(status: number, matcher: string): boolean {
  return matcher.split(',').some((part) => {
    const [low = '', high] = part.trim().split('-');
    return high === undefined ? status === Number(low) : status >= Number(low) && status <= Number(high);
  });
}

function failed(reason: string, description: string): Probe {
  return { failure: { reason, description } };
}

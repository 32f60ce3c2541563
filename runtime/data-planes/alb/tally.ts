import type { TargetGroup } from './target-group.ts';
import type { Visit } from './visit.ts';

/** How many response times of one zone and target group are kept for a minute. */
const samplesAMinute = 2000;

/** A minute's requests that came to one zone's node and went to one target group, or to none. */
export interface Tally {
  readonly zone: string;
  readonly group: TargetGroup | undefined;
  /** Those that a target was found for. */
  requests: number;
  /** By the metric's name, for what the load balancer answered itself. */
  readonly own: Map<string, number>;
  /** By the first digit of the target's status. */
  readonly byTarget: [number, number, number, number, number, number];
  connectionErrors: number;
  lambdaErrors: number;
  /** Requests that went to targets which are not healthy, for there was nobody else. */
  failedOpen: number;
  readonly seconds: number[];
}

export function beginTally(zone: string, group: TargetGroup | undefined): Tally {
  return {
    zone,
    group,
    requests: 0,
    own: new Map(),
    byTarget: [0, 0, 0, 0, 0, 0],
    connectionErrors: 0,
    lambdaErrors: 0,
    failedOpen: 0,
    seconds: [],
  };
}

export function count(tally: Tally, visit: Visit, status: number): void {
  const { target, group, targetStatus } = visit;
  const lambda = group?.table.targetType === 'lambda';
  if (target) tally.requests += 1;
  if (target && target.health.state !== 'healthy' && target.health.state !== 'unavailable' && !lambda)
    tally.failedOpen += 1;
  if (lambda && visit.errorReason) tally.lambdaErrors += 1;
  if (targetStatus === undefined) {
    countOwn(tally, visit, status, lambda);
    return;
  }
  const kind = Math.floor(targetStatus / 100);
  if (kind < tally.byTarget.length) tally.byTarget[kind as 2] += 1;
  if (tally.seconds.length < samplesAMinute) tally.seconds.push((visit.targetMs ?? 0) / 1000);
}

/** An answer of the load balancer's own; redirects and fixed responses that are no errors have metrics of their own. */
function countOwn(tally: Tally, { target }: Visit, status: number, lambda: boolean): void {
  const { own } = tally;
  const add = (name: string): void => void own.set(name, (own.get(name) ?? 0) + 1);
  const kind = Math.floor(status / 100);
  if (kind >= 3) add(`HTTPCode_ELB_${kind}XX_Count`);
  if (status === 500 || status === 502 || status === 503 || status === 504) add(`HTTPCode_ELB_${status}_Count`);
  if (target && (status === 502 || status === 504) && !lambda) tally.connectionErrors += 1;
}

import type { Hop } from '../../kernel/events/hop.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { HttpRequest } from '../http/exchange.ts';
import { compliant, type Framing } from '../http/framing/classify.ts';
import type { ListenerTable, LoadBalancerTable, NodeTable, RuleTable } from './configuration.ts';
import type { Target, TargetGroup } from './target-group.ts';

/** One request on its way through a load balancer, and what is learnt of it for the log and the metrics. */
export interface Visit {
  readonly kernel: Kernel;
  readonly groups: ReadonlyMap<string, TargetGroup>;
  readonly loadBalancer: LoadBalancerTable;
  readonly listener: ListenerTable;
  readonly node: NodeTable;
  readonly request: HttpRequest;
  readonly hop: Hop;
  readonly timeMs: number;
  /** Of the clock's elapsed time. */
  readonly started: number;
  rule: RuleTable | undefined;
  group: TargetGroup | undefined;
  target: Target | undefined;
  /** What the target itself answered; undefined when the load balancer answered by itself. */
  targetStatus: number | undefined;
  /** From handing the request to the target until its headers came. */
  targetMs: number | undefined;
  /** Of the answer's body, as far as they came. */
  bytes: number;
  desync: Framing;
  /** What was done, in the words of access logs. */
  actions: string[];
  redirectUrl: string | undefined;
  /** error_reason of access logs, for functions. */
  errorReason: string | undefined;
}

export function beginVisit(
  about: Pick<Visit, 'kernel' | 'groups' | 'loadBalancer' | 'listener' | 'node' | 'request' | 'hop'>,
): Visit {
  const { clock } = about.kernel;
  return {
    ...about,
    timeMs: clock.now(),
    started: clock.elapsed(),
    rule: undefined,
    group: undefined,
    target: undefined,
    targetStatus: undefined,
    targetMs: undefined,
    bytes: 0,
    desync: compliant,
    actions: [],
    redirectUrl: undefined,
    errorReason: undefined,
  };
}

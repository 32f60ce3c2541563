import { defineEngine } from '../engine.ts';
import { AwsError } from '../errors.ts';
import type { Context } from '../service.ts';

/** What can be made to go wrong with an API operation, after FIS's aws:fis:inject-api-* actions. */
export interface ApiFault {
  id: string;
  /** The AWS CLI's service name. */
  service: string;
  /** Operation names; empty means all. */
  operations: string[];
  kind: 'internal-error' | 'throttle-error' | 'unavailable-error' | 'latency';
  /** 0 to 100. */
  percentage: number;
  latencyMs?: number;
  /** Only calls by this role. */
  roleArn?: string;
}

export interface ApiFaults {
  start(fault: ApiFault): void;
  heal(id: string): boolean;
  active(): ApiFault[];
  strike(service: string, operation: string, ctx: Context): void | Promise<void>;
}

/** Codes as "AWS FIS actions reference" gives them for aws:fis:inject-api-internal-error, -throttle-error, -unavailable-error. */
const failures: Record<Exclude<ApiFault['kind'], 'latency'>, () => AwsError> = {
  'internal-error': () => new AwsError('InternalError', 'An internal error was injected by a fault.', { status: 500 }),
  'throttle-error': () => new AwsError('ThrottlingException', 'Rate exceeded', { status: 400 }),
  'unavailable-error': () =>
    new AwsError('ServiceUnavailable', 'Service is unavailable: a fault was injected.', { status: 503 }),
};

export const apiFaults = defineEngine<ApiFaults>('api-faults', (kernel) => {
  const faults = new Map<string, ApiFault>();
  return {
    start: (fault) => void faults.set(fault.id, fault),
    heal: (id) => faults.delete(id),
    active: () => [...faults.values()],
    strike(service, operation, ctx) {
      if (faults.size === 0) return;
      for (const fault of faults.values()) {
        if (fault.service !== service || (fault.operations.length > 0 && !fault.operations.includes(operation)))
          continue;
        if (fault.roleArn && !(ctx.principal.kind === 'session' && ctx.principal.roleArn === fault.roleArn)) continue;
        if (kernel.ids.random() * 100 >= fault.percentage) continue;
        if (fault.kind === 'latency') return kernel.clock.sleep(fault.latencyMs ?? 0, ctx.signal);
        throw failures[fault.kind]();
      }
    },
  };
});

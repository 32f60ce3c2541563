import { defineEngine } from '../../../kernel/engine.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { tooManyRequests } from '../errors.ts';
import { type FunctionRecord, functions, type Records } from '../state.ts';

/** "Lambda quotas": simultaneous executions of an account in a region. */
export const ACCOUNT_LIMIT = 1000;
/** What PutFunctionConcurrency must leave for functions without a reservation. */
export const UNRESERVED_MINIMUM = 100;

/** How many executions are under way, by account and region, and by function; waiting ones count, as they would on AWS. */
export const concurrency = defineEngine<Concurrency>('lambda-concurrency', (kernel) => new Concurrency(kernel));

export class Concurrency {
  readonly #kernel: Kernel;
  readonly #byFunction = new Map<string, number>();
  /** Executions of functions without a reservation, by account and region. */
  readonly #unreserved = new Map<string, number>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Counts an execution in until the returned function is called; throws TooManyRequestsException at a limit. */
  enter(place: Records & { account: string; region: string }, name: string): { running: number; leave(): void } {
    const record = functions(place).get(name);
    const area = `${place.account}:${place.region}`;
    const key = `${area}:${name}`;
    const running = this.#byFunction.get(key) ?? 0;
    const reserved = record?.ReservedConcurrentExecutions;
    if (reserved !== undefined && running >= reserved)
      throw tooManyRequests('ReservedFunctionConcurrentInvocationLimitExceeded');
    const shared = this.#unreserved.get(area) ?? 0;
    if (reserved === undefined && shared >= ACCOUNT_LIMIT - reservedTotal(place))
      throw tooManyRequests('ConcurrentInvocationLimitExceeded');
    this.#byFunction.set(key, running + 1);
    if (reserved === undefined) this.#unreserved.set(area, shared + 1);
    return {
      running: running + 1,
      leave: () => {
        this.#byFunction.set(key, (this.#byFunction.get(key) ?? 1) - 1);
        if (reserved === undefined) this.#unreserved.set(area, (this.#unreserved.get(area) ?? 1) - 1);
        this.#kernel.events.emit('lambda.capacity', {
          functionName: name,
          account: place.account,
          region: place.region,
        });
      },
    };
  }

  runningOf(place: { account: string; region: string }, name: string): number {
    return this.#byFunction.get(`${place.account}:${place.region}:${name}`) ?? 0;
  }
}

declare module '../../../kernel/events/events.ts' {
  interface EventTypes {
    /** An execution of a function is over: another may begin. */
    'lambda.capacity': { functionName: string; account: string; region: string };
  }
}

export function reservedTotal(records: Records, except?: string): number {
  let total = 0;
  for (const [name, record] of functions(records).entries() as [string, FunctionRecord][])
    if (name !== except) total += record.ReservedConcurrentExecutions ?? 0;
  return total;
}

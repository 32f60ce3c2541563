import { AwsError } from '../kernel/errors.ts';
import { type Hop, startTrace } from '../kernel/events/hop.ts';
import type { Principal } from '../kernel/principal.ts';
import { registry } from '../kernel/resource-registry.ts';
import type { CallOptions, Context, HttpDetails, Kernel } from '../kernel/service.ts';
import { Exchange } from './exchange.ts';
import { perform } from './pipeline.ts';
import { loadModel } from './protocols/model.ts';

export interface ContextParts {
  account: string;
  region: string;
  principal: Principal;
  requestId: string;
  trace: Hop;
  origin: 'wire' | 'internal';
  /** Whose operation this is; undefined outside any. */
  service?: string | undefined;
  calledBy?: string | undefined;
  http: HttpDetails | undefined;
  /** A request makes its signal when it is first read, so nothing here reads it for later. */
  readonly signal: AbortSignal;
}

/** A context whose `call` goes back through the pipeline's inner steps. */
export function createContext(kernel: Kernel, parts: ContextParts): Context {
  const { account, region, principal, requestId, trace, origin, calledBy, http } = parts;
  // Named one by one: spreading the kernel into every context takes several times as long.
  const { clock, ids, store, events, addresses, engine } = kernel;
  const ctx: Context = {
    clock,
    ids,
    store,
    events,
    addresses,
    engine,
    context: kernel.context,
    account,
    region,
    principal,
    requestId,
    trace,
    origin,
    calledBy,
    http,
    get signal() {
      return parts.signal;
    },
    collection: (name, scope) =>
      kernel.store.collection(name, { account: scope?.account ?? account, region: scope?.region ?? region }),
    call: <Output>(service: string, operation: string, input: object, options: CallOptions = {}) =>
      call(kernel, parts, { service, operation, input, options }) as Promise<Output>,
    as: (change) => createContext(kernel, changed(parts, change)),
  };
  return ctx;
}

/** A context outside any request: the start of a trace of its own unless one is handed in. */
export function freeContext(
  kernel: Kernel,
  who: { principal: Principal; region: string; trace?: Hop; signal: AbortSignal },
): Context {
  return createContext(kernel, {
    account: who.principal.kind === 'anonymous' ? '' : who.principal.account,
    region: who.region,
    principal: who.principal,
    requestId: kernel.ids.uuid(),
    trace: who.trace ?? startTrace(kernel, 'orrery', 'background'),
    origin: 'internal',
    http: undefined,
    signal: who.signal,
  });
}

function changed(parts: ContextParts, change: CallOptions): ContextParts {
  const principal = change.principal ?? parts.principal;
  const own = change.principal && principal.kind !== 'anonymous' ? principal.account : parts.account;
  return {
    account: change.account ?? own,
    region: change.region ?? parts.region,
    principal,
    requestId: parts.requestId,
    trace: change.trace ?? parts.trace,
    origin: parts.origin,
    service: parts.service,
    calledBy: parts.calledBy,
    http: parts.http,
    get signal() {
      return change.signal ?? parts.signal;
    },
  };
}

interface InternalCall {
  service: string;
  operation: string;
  input: object;
  options: CallOptions;
}

async function call(
  kernel: Kernel,
  caller: ContextParts,
  { service, operation, input, options }: InternalCall,
): Promise<object> {
  const definition = kernel.engine(registry).services.get(service);
  if (!definition)
    throw new AwsError('NotImplemented', `The service "${service}" is refused: Orrery does not run it.`, {
      status: 501,
    });
  const exchange = new Exchange(kernel, 'internal');
  const parts = changed(caller, options);
  exchange.service = definition;
  exchange.model = loadModel(service);
  exchange.operation = exchange.model.operations.get(operation);
  if (!exchange.operation) throw new Error(`${service} has no operation ${operation} in its model`);
  exchange.input = input as Record<string, unknown>;
  exchange.principal = parts.principal;
  exchange.account = parts.account;
  exchange.region = parts.region;
  exchange.trace = parts.trace.child(service, operation);
  exchange.ctx = createContext(kernel, {
    ...parts,
    origin: 'internal',
    service,
    calledBy: caller.service,
    requestId: exchange.requestId,
    trace: exchange.trace,
  });
  return perform(exchange);
}

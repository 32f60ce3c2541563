import { BodyCutOff, BodyTooLarge, type HttpRequest, type HttpResponse } from '../data-planes/http/exchange.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Hop } from '../kernel/events/hop.ts';
import type { Principal } from '../kernel/principal.ts';
import type { Context, HttpDetails, Kernel, ServiceDefinition } from '../kernel/service.ts';
import { DiskTrouble, diskTrouble } from '../kernel/store/disk-trouble.ts';
import { diskReports } from './disk-reports.ts';
import type { Operation, ServiceModel } from './protocols/model.ts';
import { CodecError, type Protocol } from './protocols/protocol.ts';
import type { Route } from './service-routing.ts';

/** One operation on its way through the pipeline. Each step fills in what the next ones need. */
export class Exchange {
  readonly kernel: Kernel;
  readonly origin: 'wire' | 'internal';
  readonly requestId: string;
  readonly startMs: number;
  readonly started: number;
  request: HttpRequest | undefined;
  /** The service it is for, where that has been told before the pipeline. */
  found: Route | undefined;
  /** The body as received, once read; streaming operations keep the request's stream instead. */
  body: Buffer | undefined;
  service: ServiceDefinition | undefined;
  model: ServiceModel | undefined;
  protocol: Protocol | undefined;
  operation: Operation | undefined;
  /** Path and labels after the service's addressing (S3's bucket). */
  path = '';
  labels: Record<string, string> = {};
  region = '';
  account = '';
  principal: Principal = { kind: 'anonymous' };
  http: HttpDetails | undefined;
  input: Record<string, unknown> = {};
  ctx: Context | undefined;
  output: object | undefined;
  error: AwsError | undefined;
  response: HttpResponse | undefined;
  trace: Hop | undefined;

  constructor(kernel: Kernel, origin: 'wire' | 'internal') {
    this.kernel = kernel;
    this.origin = origin;
    this.requestId = kernel.ids.uuid();
    this.startMs = kernel.clock.now();
    this.started = kernel.clock.elapsed();
  }

  /** What a step must have filled in by now; its absence is a bug of ours. */
  get context(): Context {
    if (!this.ctx) throw new Error('the exchange has no context yet');
    return this.ctx;
  }

  fail(error: unknown): void {
    this.error = asAwsError(error) ?? diskTrouble(this.kernel.store.dataDir, error);
    if (this.error instanceof DiskTrouble) this.kernel.engine(diskReports).tell(this.error);
    if (this.error) return;
    const bug = error instanceof Error ? error : new Error(String(error));
    this.kernel.events.emit('problem', {
      timeMs: this.kernel.clock.now(),
      where: `${this.service?.name ?? 'control-plane'}.${this.operation?.name ?? 'route'}`,
      message: bug.message,
      ...(bug.stack === undefined ? {} : { stack: bug.stack }),
    });
    this.error = new AwsError(
      'InternalFailure',
      `Orrery failed inside: ${bug.message}. This is a bug; please report it.`,
      {
        status: 500,
      },
    );
  }
}

/** What is the caller's doing, in AWS's words. Undefined: a bug of ours. */
function asAwsError(error: unknown): AwsError | undefined {
  if (error instanceof AwsError) return error;
  if (error instanceof CodecError) return new AwsError(error.code, error.message);
  if (error instanceof BodyTooLarge) {
    return new AwsError('RequestEntityTooLargeException', `The request is larger than ${error.limit} bytes.`, {
      status: 413,
    });
  }
  if (error instanceof BodyCutOff || isCutOff(error)) {
    return new AwsError('IncompleteBody', 'The request body terminated unexpectedly');
  }
  return undefined;
}

/** How Node's streams say that the client has gone in the middle of its body. */
function isCutOff(error: unknown): boolean {
  return error instanceof Error && error.message === 'aborted' && 'code' in error && error.code === 'ECONNRESET';
}

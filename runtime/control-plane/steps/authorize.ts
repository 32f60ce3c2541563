import { authorization } from '../../kernel/authorizer.ts';
import { AwsError } from '../../kernel/errors.ts';
import { describePrincipal } from '../../kernel/principal.ts';
import type { Access, ServiceDefinition } from '../../kernel/service.ts';
import type { Exchange } from '../exchange.ts';

/** May this principal do this? Decided by IAM from identity and resource policies, for every caller alike. */
export function authorize(exchange: Exchange): void {
  const { service, operation, input } = exchange;
  if (!service || !operation) throw new Error('authorize before route');
  const ctx = exchange.context;
  if (!service.operations[operation.name]) return;
  const asked = service.authorization?.(operation.name, input, ctx) ?? {
    action: `${service.actionPrefix}:${operation.name}`,
    resource: '*',
  };
  const access: Access[] = Array.isArray(asked) ? asked : [asked];
  if (access.length === 0) return;
  noteAccess(exchange, access);
  const authorizer = ctx.engine(authorization).current;
  if (!authorizer) {
    if (ctx.principal.kind === 'root') return;
    // IAM is the last to stop, but work in the background may end later still.
    if (ctx.signal.aborted) throw new AwsError('ServiceUnavailable', 'Orrery is stopping.', { status: 503 });
    throw new Error('no authorizer is in place: the iam service has not started');
  }
  const refusal = authorizer.refusal(ctx, access);
  if (refusal === undefined) return;
  if (ctx.events.heard('hop')) exchange.trace?.note('refused', refusal);
  throw denied(service, exchange, refusal || `${describePrincipal(ctx.principal)} is not authorized`);
}

/** What a trace shows of the decision: who asked, for what, about which resource. */
function noteAccess({ kernel, trace, principal }: Exchange, [first]: Access[]): void {
  if (!trace || !first || !kernel.events.heard('hop')) return;
  trace.note('principal', describePrincipal(principal));
  trace.note('action', first.action);
  if (first.resource !== '*') trace.note('resource', first.resource);
}

function denied(service: ServiceDefinition, exchange: Exchange, message: string): AwsError {
  const json =
    exchange.protocol?.name.startsWith('awsJson') ?? exchange.model?.index.protocols[0]?.startsWith('awsJson') ?? false;
  const { code, status } =
    service.accessDenied ??
    (json ? { code: 'AccessDeniedException', status: 400 } : { code: 'AccessDenied', status: 403 });
  return new AwsError(code, message, { status });
}

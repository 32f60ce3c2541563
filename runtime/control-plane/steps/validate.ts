import { asksForNothing } from '../../kernel/asked.ts';
import { AwsError, refused } from '../../kernel/errors.ts';
import type { ServiceDefinition } from '../../kernel/service.ts';
import type { Exchange } from '../exchange.ts';
import { absentMembers, lowerFirst } from './absent-members.ts';

/**
 * Required members are there, in what a member holds too where a client asks in JSON; and nothing is asked that Orrery
 * refuses by name. Constraints of a value are its operation's.
 */
export function validate(exchange: Exchange): void {
  const { service, operation, input } = exchange;
  if (!service || !operation) throw new Error('validate before route');
  if (!service.operations[operation.name]) throw refused(`${service.name} ${operation.name}`);
  const missing = operation.input?.required.filter((name) => input[name] === undefined) ?? [];
  if (missing.length > 0) throw missingMembers(exchange, missing);
  const absent = checksNested(exchange) && operation.input ? absentMembers(operation.input, input) : [];
  if (absent.length > 0) throw nullMembers(absent);
  for (const [path, reason] of refusals(service, operation.name)) {
    if (present(input, path)) throw refused(`${service.name} ${operation.name} parameter ${path.join('.')}`, reason);
  }
}

function missingMembers(exchange: Exchange, missing: string[]): AwsError {
  if (exchange.protocol?.name === 'awsQuery' || exchange.protocol?.name === 'ec2Query') {
    return new AwsError('MissingParameter', `The request must contain the parameter ${missing[0]}.`);
  }
  return nullMembers(missing.map(lowerFirst));
}

/** Services among themselves leave out what an operation does not read. */
function checksNested({ origin, service, protocol }: Exchange): boolean {
  if (origin !== 'wire' || service?.nestedMembers === 'own') return false;
  return protocol !== undefined && /json/i.test(protocol.name);
}

/** "Common errors" of the services that speak JSON say it alike. */
function nullMembers(paths: string[]): AwsError {
  const sentences = paths.map(
    (path) => `Value null at '${path}' failed to satisfy constraint: Member must not be null`,
  );
  const count = `${paths.length} validation error${paths.length > 1 ? 's' : ''} detected: `;
  return new AwsError('ValidationException', count + sentences.join('; '));
}

const refusalsByService = new WeakMap<ServiceDefinition, Map<string, [string[], string][]>>();

function refusals(service: ServiceDefinition, operation: string): [string[], string][] {
  let byOperation = refusalsByService.get(service);
  if (!byOperation) {
    byOperation = new Map();
    for (const [key, fidelity] of Object.entries(service.fidelity ?? {})) {
      if (typeof fidelity !== 'object' || !key.includes('.')) continue;
      const [name = '', ...path] = key.split('.');
      byOperation.set(name, [...(byOperation.get(name) ?? []), [path, fidelity.refused]]);
    }
    refusalsByService.set(service, byOperation);
  }
  return byOperation.get(operation) ?? [];
}

/** Whether the dotted path holds a value that asks for something; arrays are looked into without adding to the path. */
function present(value: unknown, path: string[]): boolean {
  if (value === undefined || value === null) return false;
  const [head, ...rest] = path;
  if (head === undefined) return !asksForNothing(value);
  if (Array.isArray(value)) return value.some((element) => present(element, path));
  return typeof value === 'object' && present((value as Record<string, unknown>)[head], rest);
}

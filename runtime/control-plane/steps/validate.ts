import { asksForNothing } from '../../kernel/asked.ts';
import { AwsError, refused } from '../../kernel/errors.ts';
import type { ServiceDefinition } from '../../kernel/service.ts';
import type { Exchange } from '../exchange.ts';

/** Required members are there, and nothing is asked that Orrery refuses by name. Constraints of a value are its operation's. */
export function validate(exchange: Exchange): void {
  const { service, operation, input } = exchange;
  if (!service || !operation) throw new Error('validate before route');
  if (!service.operations[operation.name]) throw refused(`${service.name} ${operation.name}`);
  const missing = operation.input?.required.filter((name) => input[name] === undefined) ?? [];
  if (missing.length > 0) throw missingMembers(exchange, missing);
  for (const [path, reason] of refusals(service, operation.name)) {
    if (present(input, path)) throw refused(`${service.name} ${operation.name} parameter ${path.join('.')}`, reason);
  }
}

function missingMembers(exchange: Exchange, missing: string[]): AwsError {
  if (exchange.protocol?.name === 'awsQuery' || exchange.protocol?.name === 'ec2Query') {
    return new AwsError('MissingParameter', `The request must contain the parameter ${missing[0]}.`);
  }
  const sentences = missing.map((name) => {
    const member = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
    return `Value null at '${member}' failed to satisfy constraint: Member must not be null`;
  });
  const count = `${missing.length} validation error${missing.length > 1 ? 's' : ''} detected: `;
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

import type { Orrery } from '../runtime-fixture.ts';
import type { Answer, Ask } from './stored-cases.ts';

/** Names of SDK packages that are not the AWS CLI's. */
const packages: Record<string, string> = {
  'application-autoscaling': 'application-auto-scaling',
  autoscaling: 'auto-scaling',
  elbv2: 'elastic-load-balancing-v2',
  events: 'eventbridge',
  logs: 'cloudwatch-logs',
  route53: 'route-53',
  secretsmanager: 'secrets-manager',
};

interface Client {
  send(command: object): Promise<Answer>;
}
type Constructor<T> = new (input: Record<string, unknown>) => T;

/** Asks by operation names alone, through the service's own SDK client. */
export function askOf(orrery: Orrery, service: string): Ask {
  return async (operation, input) => {
    const [other, name] = operation.includes(':') ? operation.split(':') : [service, operation];
    // FIS has no SDK package here.
    if (other === 'fis') return orrery.context().call(other, name ?? '', input);
    const sdk = (await import(`@aws-sdk/client-${packages[other ?? ''] ?? other}`)) as Record<string, unknown>;
    const client = Object.entries(sdk).find(([key]) => /^[A-Z]\w*Client$/.test(key))?.[1] as Constructor<Client>;
    const command = sdk[`${name}Command`] as Constructor<object>;
    if (!client || !command) throw new Error(`the SDK has no ${operation}`);
    return orrery.client(client).send(new command(input as Record<string, unknown>));
  };
}

import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Context } from '../../../kernel/service.ts';

/** How AWS names the services that make interfaces of their own ("Requester-managed network interfaces", EC2 User Guide). */
const names: Readonly<Record<string, string>> = lookupTable({
  'elasticloadbalancing.amazonaws.com': 'amazon-elb',
  'rds.amazonaws.com': 'amazon-rds',
  'elasticache.amazonaws.com': 'amazon-elasticache',
  'elasticfilesystem.amazonaws.com': 'amazon-efs',
  'lambda.amazonaws.com': 'amazon-lambda',
  'ecs.amazonaws.com': 'amazon-ecs',
});

/** The service that asks in its own name; undefined for people and roles. */
export function requesterOf({ principal }: Context): string | undefined {
  if (principal.kind !== 'service') return undefined;
  return names[principal.service] ?? `amazon-${principal.service.split('.')[0]}`;
}

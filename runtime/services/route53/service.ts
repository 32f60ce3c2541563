import { dns } from '../../data-planes/dns/dns.ts';
import { type Access, defineService, type Kernel, type Running } from '../../kernel/service.ts';
import { healthCheckers, resumeHealthChecks } from './behaviour/health-checks.ts';
import { publishAll } from './behaviour/publish.ts';
import { standing } from './behaviour/usage.ts';
import * as healthCheckOperations from './operations/health-checks.ts';
import * as hostedZoneOperations from './operations/hosted-zones.ts';
import * as queryLogging from './operations/query-logging.ts';
import * as recordSets from './operations/record-sets.ts';
import * as tagOperations from './operations/tags.ts';
import { HealthCheck } from './resources/HealthCheck.ts';
import { HostedZone } from './resources/HostedZone.ts';
import { RecordSet } from './resources/RecordSet.ts';
import { RecordSetGroup } from './resources/RecordSetGroup.ts';
import { bareId, hostedZones } from './state.ts';

/** Route 53, but for traffic policies, DNSSEC, reusable delegation sets, CIDR collections and Resolver. */
export default defineService({
  name: 'route53',
  actionPrefix: 'route53',
  operations: { ...hostedZoneOperations, ...recordSets, ...healthCheckOperations, ...queryLogging, ...tagOperations },
  resources: [HostedZone, RecordSet, RecordSetGroup, HealthCheck],
  authorization: authorize,
  accessDenied: { code: 'AccessDenied', status: 403 },
  // Query logs go to CloudWatch Logs, also when the runtime stops; alarms are read when it starts.
  dependencies: ['logs', 'cloudwatch'],
  usage: {
    standing,
    changedBy: ['CreateHostedZone', 'DeleteHostedZone', 'CreateHealthCheck', 'DeleteHealthCheck'],
  },
  start,
  fidelity: {
    'CreateHostedZone.DelegationSetId': { refused: 'every zone has name servers of its own.' },
    'CreateHealthCheck.HealthCheckConfig.Regions': 'stored',
    'CreateHealthCheck.HealthCheckConfig.EnableSNI': 'stored',
    'CreateHealthCheck.HealthCheckConfig.MeasureLatency': { refused: 'there is no latency graph.' },
    'CreateHealthCheck.HealthCheckConfig.RoutingControlArn': { refused: 'routing controls are not run.' },
    'UpdateHealthCheck.Regions': 'stored',
    'UpdateHealthCheck.EnableSNI': 'stored',
    'ChangeResourceRecordSets.ChangeBatch.Changes.ResourceRecordSet.CidrRoutingConfig': {
      refused: 'IP-based routing is not done.',
    },
    'ChangeResourceRecordSets.ChangeBatch.Changes.ResourceRecordSet.GeoProximityLocation': {
      refused: 'geoproximity routing is not done.',
    },
  },
});

/** "Actions, resources, and condition keys for Amazon Route 53" (Service Authorization Reference). */
function authorize(operation: string, input: Record<string, unknown>): Access {
  const action = `route53:${operation}`;
  const arn = (type: string, id: unknown): Access => ({
    action,
    resource: `arn:aws:route53:::${type}/${bareId(String(id))}`,
  });
  if (/TagsForResource$/.test(operation)) return arn(String(input.ResourceType), input.ResourceId);
  if (operation === 'GetChange') return arn('change', input.Id);
  if (/QueryLoggingConfig$/.test(operation) && input.Id !== undefined) return arn('queryloggingconfig', input.Id);
  if (input.HealthCheckId !== undefined) return arn('healthcheck', input.HealthCheckId);
  const zone = input.HostedZoneId ?? input.Id;
  return zone === undefined ? { action, resource: '*' } : arn('hostedzone', zone);
}

function start(kernel: Kernel): Running {
  const zones = kernel.store.scopes('route53.hosted-zones').flatMap((owner) => hostedZones(kernel, owner).values());
  for (const zone of zones.sort((a, b) => a.createdMs - b.createdMs)) publishAll(kernel, zone);
  // Also without a zone yet: the gateway asks the name servers where a site's own name leads.
  kernel.engine(dns);
  resumeHealthChecks(kernel);
  const unsubscribe = kernel.events.on('cloudwatch.alarm', (alarm) =>
    kernel.engine(healthCheckers).alarmChanged(alarm),
  );
  return {
    async stop() {
      unsubscribe();
      await kernel.engine(dns).deliverLogs();
    },
  };
}

import { validation } from '../../errors.ts';
import type { ActionType } from './action.ts';

export const failoverCluster: ActionType = {
  id: 'aws:rds:failover-db-cluster',
  description: 'Fails the Aurora DB clusters over: a reader becomes the writer.',
  target: { name: 'Clusters', resourceType: 'aws:rds:cluster' },
  parameters: {},
  async begin({ ctx, targets }) {
    for (const DBClusterIdentifier of targets.map(nameOf))
      await ctx.call('rds', 'FailoverDBCluster', { DBClusterIdentifier });
  },
};

export const rebootDatabases: ActionType = {
  id: 'aws:rds:reboot-db-instances',
  description: 'Reboots the DB instances, with a failover to the standby where that is asked for.',
  target: { name: 'DBInstances', resourceType: 'aws:rds:db' },
  parameters: { forceFailover: { description: 'true to fail over to the standby of a Multi-AZ instance.' } },
  check({ forceFailover = 'false' }) {
    if (!['true', 'false'].includes(forceFailover))
      throw validation(`The parameter forceFailover is "${forceFailover}", and must be true or false.`);
  },
  async begin({ ctx, targets, parameters }) {
    const ForceFailover = parameters.forceFailover === 'true';
    for (const DBInstanceIdentifier of targets.map(nameOf))
      await ctx.call('rds', 'RebootDBInstance', { DBInstanceIdentifier, ForceFailover });
  },
};

function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf(':') + 1);
}

import { stackMachines } from '../../../engines/cloudformation/deployment/stack-machines.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import { registry } from '../../../kernel/resource-registry.ts';
import type { Context } from '../../../kernel/service.ts';

/**
 * Who asks by an instance's identity document instead of with credentials may ask about the stack alone that the instance
 * is of, itself or by its Auto Scaling group ("CloudFormation helper scripts reference": permissions).
 */
export async function checkOwnStack(ctx: Context, operation: string, stackId: string): Promise<void> {
  const { principal } = ctx;
  if (principal.kind !== 'service' || principal.service !== 'ec2.amazonaws.com' || ctx.origin !== 'wire') return;
  const instanceId = principal.sourceArn?.split(':instance/')[1] ?? '';
  const machines = ctx.engine(stackMachines);
  if (machines.stackOf(ctx, instanceId) === stackId) return;
  const group = await groupOf(ctx, instanceId);
  if (group !== undefined && machines.stackOf(ctx, group) === stackId) return;
  throw new AwsError(
    'AccessDenied',
    `Instance ${instanceId} is not authorized to perform: cloudformation:${operation} on resource: ${stackId}`,
    { status: 403 },
  );
}

async function groupOf(ctx: Context, instanceId: string): Promise<string | undefined> {
  if (!ctx.engine(registry).services.has('ec2')) return undefined;
  const Filters = [{ Name: 'instance-id', Values: [instanceId] }];
  const principal = servicePrincipal('cloudformation.amazonaws.com', ctx.account, { serviceLinked: true });
  const { Reservations } = await ctx.call<{
    Reservations: { Instances: { Tags?: { Key?: string; Value?: string }[] }[] }[];
  }>('ec2', 'DescribeInstances', { Filters }, { principal });
  const tags = Reservations[0]?.Instances[0]?.Tags ?? [];
  return tags.find(({ Key }) => Key === 'aws:autoscaling:groupName')?.Value;
}

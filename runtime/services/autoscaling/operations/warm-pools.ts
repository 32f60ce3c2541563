import type {
  DeleteWarmPoolCommandInput,
  DescribeWarmPoolCommandInput,
  PutWarmPoolCommandInput,
} from '@aws-sdk/client-auto-scaling';
import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { describeMember, describePool } from '../behaviour/describe-group.ts';
import { mustFind } from '../behaviour/input.ts';
import { keeper } from '../behaviour/keeper.ts';
import { paged } from '../behaviour/paging.ts';
import { scalingActivityInProgress, validationError } from '../errors.ts';
import { groups, isTerminating, isWarmed, type WarmPool } from '../state.ts';

/** "PutWarmPool": what is left out of an update stays; a prepared capacity of -1 takes it away. */
export function PutWarmPool(ctx: Context, input: PutWarmPoolCommandInput) {
  const group = mustFind(ctx, input.AutoScalingGroupName);
  const before = group.WarmPool;
  if (group.MixedInstancesPolicy)
    throw refused('autoscaling PutWarmPool with a mixed instances policy', 'its instances are all of one type here.');
  if (before?.deleting)
    throw scalingActivityInProgress('The warm pool of the group is being deleted; its instances are not gone yet.');
  const { PoolState = before?.PoolState ?? 'Stopped', MinSize = before?.MinSize ?? 0 } = input;
  if (PoolState === 'Hibernated')
    throw refused('autoscaling PutWarmPool PoolState Hibernated', 'instances do not hibernate here.');
  if (PoolState !== 'Stopped' && PoolState !== 'Running') throw validationError(`Invalid PoolState: ${PoolState}`);
  if (MinSize < 0) throw validationError('MinSize of a warm pool must not be negative.');
  const { MaxGroupPreparedCapacity: prepared = before?.MaxGroupPreparedCapacity } = input;
  if (prepared !== undefined && prepared < -1)
    throw validationError('MaxGroupPreparedCapacity must be -1 or not negative.');
  const WarmPool: WarmPool = {
    MinSize,
    PoolState,
    ...(prepared === undefined || prepared === -1 ? {} : { MaxGroupPreparedCapacity: prepared }),
    ReuseOnScaleIn: input.InstanceReusePolicy?.ReuseOnScaleIn ?? before?.ReuseOnScaleIn ?? false,
  };
  groups(ctx).put(group.AutoScalingGroupName, { ...group, WarmPool });
  ctx.engine(keeper).wake(group);
  return {};
}

export function DescribeWarmPool(ctx: Context, input: DescribeWarmPoolCommandInput) {
  const group = mustFind(ctx, input.AutoScalingGroupName);
  const { page, ...rest } = paged(
    group.members.filter(({ LifecycleState }) => isWarmed(LifecycleState)),
    input,
  );
  return {
    ...(group.WarmPool ? { WarmPoolConfiguration: describePool(group.WarmPool) } : {}),
    Instances: page.map(describeMember),
    ...rest,
  };
}

/** With force the pool is gone at once, and its instances go after it. */
export function DeleteWarmPool(ctx: Context, input: DeleteWarmPoolCommandInput) {
  const group = mustFind(ctx, input.AutoScalingGroupName);
  if (!group.WarmPool) throw validationError(`No warm pool found for Auto Scaling group ${group.AutoScalingGroupName}`);
  const entering = group.members.some(
    ({ LifecycleState }) => isWarmed(LifecycleState) && isTerminating(LifecycleState),
  );
  if (!input.ForceDelete && entering)
    throw scalingActivityInProgress('The warm pool has instances that are being terminated.');
  const { pools } = ctx.engine(keeper);
  const WarmPool = input.ForceDelete ? undefined : { ...group.WarmPool, deleting: true };
  groups(ctx).put(group.AutoScalingGroupName, { ...group, WarmPool });
  pools.empty(group, { atOnce: input.ForceDelete ?? false });
  pools.finishDeletion(group);
  return {};
}

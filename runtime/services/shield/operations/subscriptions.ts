import type {
  CreateSubscriptionCommandInput,
  DeleteSubscriptionCommandInput,
  DescribeSubscriptionCommandInput,
  GetSubscriptionStateCommandInput,
  UpdateSubscriptionCommandInput,
} from '@aws-sdk/client-shield';
import { formatArn } from '../../../kernel/arn.ts';
import type { Context } from '../../../kernel/service.ts';
import { alreadySubscribed, lockedSubscription } from '../errors.ts';
import { isSubscribed, subscriptionOf, subscriptions, yearMs } from '../state.ts';

/** "You incur the monthly fee from here on for a year": the bill shows it. */
export function CreateSubscription(ctx: Context, _input: CreateSubscriptionCommandInput) {
  if (isSubscribed(ctx)) throw alreadySubscribed();
  subscriptions(ctx, ctx).put('subscription', { startMs: ctx.clock.now(), AutoRenew: 'ENABLED' });
  return {};
}

export function GetSubscriptionState(ctx: Context, _input: GetSubscriptionStateCommandInput) {
  return { SubscriptionState: isSubscribed(ctx) ? ('ACTIVE' as const) : ('INACTIVE' as const) };
}

export function DescribeSubscription(ctx: Context, _input: DescribeSubscriptionCommandInput) {
  const { startMs, AutoRenew } = subscriptionOf(ctx, ctx);
  const years = Math.floor((ctx.clock.now() - startMs) / yearMs) + 1;
  return {
    Subscription: {
      StartTime: new Date(startMs),
      EndTime: new Date(startMs + (AutoRenew === 'ENABLED' ? years : 1) * yearMs),
      TimeCommitmentInSeconds: yearMs / 1000,
      AutoRenew,
      ProactiveEngagementStatus: 'DISABLED' as const,
      Limits: [],
      SubscriptionLimits: {
        ProtectionLimits: {
          ProtectedResourceTypeLimits: protectable.map((Type) => ({ Type, Max: 1000 })),
        },
        // Protection groups are refused by name.
        ProtectionGroupLimits: {
          MaxProtectionGroups: 0,
          PatternTypeLimits: { ArbitraryPatternLimits: { MaxMembers: 0 } },
        },
      },
      SubscriptionArn: formatArn('shield', '', ctx.account, 'subscription'),
    },
  };
}

const protectable = [
  'CLOUDFRONT_DISTRIBUTION',
  'ROUTE_53_HOSTED_ZONE',
  'ELASTIC_IP_ALLOCATION',
  'APPLICATION_LOAD_BALANCER',
];

export function UpdateSubscription(ctx: Context, { AutoRenew }: UpdateSubscriptionCommandInput) {
  const record = subscriptionOf(ctx, ctx);
  if (AutoRenew) subscriptions(ctx, ctx).put('subscription', { ...record, AutoRenew });
  return {};
}

/** Only after the year it is for. */
export function DeleteSubscription(ctx: Context, _input: DeleteSubscriptionCommandInput) {
  const { startMs } = subscriptionOf(ctx, ctx);
  if (ctx.clock.now() - startMs < yearMs) throw lockedSubscription();
  subscriptions(ctx, ctx).delete('subscription');
  return {};
}

import type { AutoRenew, Tag } from '@aws-sdk/client-shield';
import { formatArn } from '../../kernel/arn.ts';
import type { Context, Kernel } from '../../kernel/service.ts';
import type { Collection } from '../../kernel/store/collection.ts';
import { noSubscription } from './errors.ts';

/** Shield is one for all regions; times are milliseconds. */
export interface SubscriptionRecord {
  startMs: number;
  AutoRenew: AutoRenew;
}

export interface ProtectionRecord {
  Id: string;
  Name: string;
  ResourceArn: string;
  Tags: Tag[];
}

/** What was shed of one kind. */
export interface VectorRecord {
  /** In the worst second. */
  max: number;
  sum: number;
  /** Seconds in which something was. */
  n: number;
}

export interface AttackRecord {
  AttackId: string;
  /** Undefined: the source was cut off before it said what it wanted, and no protection of the account stands for it. */
  ResourceArn: string | undefined;
  startMs: number;
  lastMs: number;
  endMs: number | undefined;
  vectors: Record<string, VectorRecord>;
  /** By source address: the greatest of them. */
  sources: Record<string, number>;
}

type Stored = Pick<Kernel, 'store'>;
type Owner = { account: string };

function records<T extends object>(name: string): (kernel: Stored, owner: Owner) => Collection<T> {
  return (kernel, { account }) => kernel.store.collection<T>(`shield.${name}`, { account, region: 'us-east-1' });
}

/** The one under `subscription`. */
export const subscriptions = records<SubscriptionRecord>('subscriptions');
/** By id. */
export const protections = records<ProtectionRecord>('protections');
export const attacks = records<AttackRecord>('attacks');

export const yearMs = 365 * 86_400_000;

export function subscriptionOf(kernel: Stored, owner: Owner): SubscriptionRecord {
  const found = subscriptions(kernel, owner).get('subscription');
  if (!found) throw noSubscription();
  return found;
}

export function protectionArn({ account }: Owner, id: string): string {
  return formatArn('shield', '', account, `protection/${id}`);
}

export const isSubscribed = (ctx: Context): boolean => subscriptions(ctx, ctx).get('subscription') !== undefined;

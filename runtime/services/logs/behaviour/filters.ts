import type { Kernel } from '../../../kernel/service.ts';
import type { Collection } from '../../../kernel/store/collection.ts';
import type { LogGroup } from '../state.ts';

/** A metric filter as kept; AWS's member names. */
export interface MetricFilter {
  filterName: string;
  filterPattern: string;
  logGroupName: string;
  creationTime: number;
  metricTransformations: MetricTransformation[];
}

export interface MetricTransformation {
  metricName: string;
  metricNamespace: string;
  metricValue: string;
  defaultValue?: number;
  dimensions?: Record<string, string>;
  unit?: string;
}

/** A subscription filter as kept; AWS's member names. */
export interface SubscriptionFilter {
  filterName: string;
  filterPattern: string;
  logGroupName: string;
  destinationArn: string;
  distribution: string;
  creationTime: number;
}

/** The filters of one group, by name. One record a group, since every batch of events asks for them. */
export interface GroupFilters {
  metric: Record<string, MetricFilter>;
  subscription: Record<string, SubscriptionFilter>;
}

const none: GroupFilters = { metric: {}, subscription: {} };

export function filtersOf(kernel: Kernel, group: LogGroup): GroupFilters {
  return collection(kernel, group).get(group.logGroupName) ?? none;
}

export function keepFilters(kernel: Kernel, group: LogGroup, filters: GroupFilters): void {
  collection(kernel, group).put(group.logGroupName, filters);
}

export function forgetFilters(kernel: Kernel, group: LogGroup): void {
  collection(kernel, group).delete(group.logGroupName);
}

export function metricFilters(kernel: Kernel, group: LogGroup): MetricFilter[] {
  return sorted(filtersOf(kernel, group).metric);
}

export function subscriptionFilters(kernel: Kernel, group: LogGroup): SubscriptionFilter[] {
  return sorted(filtersOf(kernel, group).subscription);
}

function sorted<T>(byName: Record<string, T>): T[] {
  return Object.keys(byName)
    .sort()
    .flatMap((name) => byName[name] ?? []);
}

function collection(kernel: Kernel, group: LogGroup): Collection<GroupFilters> {
  return kernel.store.collection<GroupFilters>('logs.filters', { account: group.account, region: group.region });
}

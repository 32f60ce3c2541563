import { refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { s3Error } from '../errors.ts';
import { dayMs, type LifecycleRule, prefixOf } from './lifecycle-dates.ts';

/** "Lifecycle configuration elements": what a configuration may say. Rules without an id are given one. */
export function checkLifecycle(ctx: Context, rules: LifecycleRule[]): LifecycleRule[] {
  if (rules.length === 0 || rules.length > 1000) throw s3Error('MalformedXML');
  const kept = rules.map((rule) => ({ ...rule, ID: rule.ID || ctx.ids.uuid() }));
  if (new Set(kept.map((rule) => rule.ID)).size !== kept.length)
    throw s3Error('InvalidArgument', {}, 'Rule ID must be unique. Found same ID for more than one rule');
  for (const rule of kept) checkRule(rule);
  return kept;
}

function checkRule(rule: LifecycleRule): void {
  if (rule.Status !== 'Enabled' && rule.Status !== 'Disabled') throw s3Error('MalformedXML');
  if ((rule.ID?.length ?? 0) > 255)
    throw s3Error('InvalidArgument', {}, 'ID length should not exceed allowed limit of 255');
  if (rule.Prefix !== undefined && rule.Filter !== undefined) throw s3Error('MalformedXML');
  if (rule.Prefix === undefined && rule.Filter === undefined) throw s3Error('MalformedXML');
  const actions = [
    rule.Expiration,
    rule.Transitions?.length,
    rule.NoncurrentVersionExpiration,
    rule.NoncurrentVersionTransitions?.length,
    rule.AbortIncompleteMultipartUpload,
  ];
  if (!actions.some(Boolean))
    throw s3Error('InvalidRequest', {}, 'At least one action needs to be specified in a rule');
  checkExpiration(rule);
  for (const { StorageClass } of [...(rule.Transitions ?? []), ...(rule.NoncurrentVersionTransitions ?? [])])
    checkTransitionClass(StorageClass);
  for (const { Days, StorageClass = '' } of rule.Transitions ?? []) {
    // "Transitioning objects using Amazon S3 Lifecycle", minimum days for the infrequent-access classes.
    if (Days !== undefined && Days < 30 && StorageClass.endsWith('_IA')) {
      throw s3Error(
        'InvalidArgument',
        {},
        `'Days' in Transition action must be greater than or equal to 30 for storageClass '${StorageClass}'`,
      );
    }
  }
  const aborts = rule.AbortIncompleteMultipartUpload;
  if (aborts && !positive(aborts.DaysAfterInitiation))
    throw s3Error(
      'InvalidArgument',
      {},
      "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive integer",
    );
  if (aborts && (rule.Filter?.Tag || rule.Filter?.And?.Tags?.length))
    throw s3Error('InvalidRequest', {}, 'AbortIncompleteMultipartUpload cannot be specified with Tags.');
  const noncurrent = rule.NoncurrentVersionExpiration;
  if (noncurrent && !positive(noncurrent.NoncurrentDays))
    throw s3Error(
      'InvalidArgument',
      {},
      "'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer",
    );
}

function checkExpiration(rule: LifecycleRule): void {
  const { Expiration: expiration, Transitions: transitions = [] } = rule;
  if (!expiration) return;
  if (
    [expiration.Days, expiration.Date, expiration.ExpiredObjectDeleteMarker].filter((value) => value !== undefined)
      .length !== 1
  )
    throw s3Error('MalformedXML');
  if (expiration.Days !== undefined && !positive(expiration.Days))
    throw s3Error('InvalidArgument', {}, "'Days' for Expiration action must be a positive integer");
  if (expiration.Date !== undefined && new Date(expiration.Date).getTime() % dayMs !== 0)
    throw s3Error('InvalidArgument', {}, "'Date' must be at midnight GMT");
  for (const { Days } of transitions) {
    if (Days !== undefined && expiration.Days !== undefined && Days >= expiration.Days) {
      throw s3Error(
        'InvalidArgument',
        {},
        `'Days' in the Expiration action for filter '(prefix=${prefixOf(rule)})' must be greater than 'Days' in the Transition action`,
      );
    }
  }
}

function checkTransitionClass(name: string | undefined): void {
  if (name === 'INTELLIGENT_TIERING') throw refused('s3 lifecycle transition to INTELLIGENT_TIERING');
  if (!['STANDARD_IA', 'ONEZONE_IA', 'GLACIER', 'GLACIER_IR', 'DEEP_ARCHIVE'].includes(name ?? ''))
    throw s3Error('MalformedXML');
}

function positive(days: number | undefined): boolean {
  return days !== undefined && Number.isInteger(days) && days > 0;
}

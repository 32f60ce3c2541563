import type { PutCompositeAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import type { Context } from '../../../kernel/service.ts';
import { checkActions } from '../behaviour/alarm-actions.ts';
import { alarmsOf, parseAlarmRule } from '../behaviour/alarm-rule.ts';
import { checkAlarmName } from '../behaviour/alarm-rules.ts';
import { alarmNamed, compositeAlarms } from '../behaviour/composite-alarms.ts';
import { remember } from '../behaviour/history.ts';
import { missingParameter, validationError } from '../errors.ts';
import { alarmArn, alarms, type CompositeAlarm } from '../state.ts';

/** "PutCompositeAlarm", CloudWatch API Reference. */
export function PutCompositeAlarm(ctx: Context, input: PutCompositeAlarmCommandInput) {
  const name = input.AlarmName ?? '';
  check(ctx, name, input);
  const existing = alarms(ctx, ctx).get(name);
  if (existing && existing.kind !== 'composite')
    throw validationError(`An alarm of another type with the name ${name} already exists`);
  const nowMs = ctx.clock.now();
  const optional = {
    AlarmDescription: input.AlarmDescription,
    ActionsSuppressor: input.ActionsSuppressor,
    ActionsSuppressorWaitPeriod: input.ActionsSuppressorWaitPeriod,
    ActionsSuppressorExtensionPeriod: input.ActionsSuppressorExtensionPeriod,
  };
  const alarm: CompositeAlarm = {
    ...(Object.fromEntries(
      Object.entries(optional).filter(([, value]) => value !== undefined),
    ) as Partial<CompositeAlarm>),
    kind: 'composite',
    AlarmName: name,
    AlarmArn: alarmArn(ctx, name),
    account: ctx.account,
    region: ctx.region,
    AlarmRule: input.AlarmRule ?? '',
    ActionsEnabled: input.ActionsEnabled ?? true,
    OKActions: input.OKActions ?? [],
    AlarmActions: input.AlarmActions ?? [],
    InsufficientDataActions: input.InsufficientDataActions ?? [],
    StateValue: existing?.StateValue ?? 'INSUFFICIENT_DATA',
    StateReason: existing?.StateReason ?? 'Unchecked: Initial alarm creation',
    stateUpdatedMs: existing?.stateUpdatedMs ?? nowMs,
    stateTransitionedMs: existing?.stateTransitionedMs ?? nowMs,
    configuredMs: nowMs,
    tags: existing?.tags ?? Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
  };
  alarms(ctx, ctx).put(name, alarm);
  remember(ctx, alarm, 'ConfigurationUpdate', `Alarm "${name}" ${existing ? 'updated' : 'created'}`, {
    version: '1.0',
    type: existing ? 'Update' : 'Create',
  });
  ctx.engine(compositeAlarms).begin(alarm);
  return {};
}

function check(ctx: Context, name: string, input: PutCompositeAlarmCommandInput): void {
  checkAlarmName(name);
  const named = alarmsOf(parseAlarmRule(input.AlarmRule ?? ''));
  for (const child of named) {
    const found = alarmNamed(ctx, ctx, child);
    if (!found) throw validationError(`AlarmRule references an alarm that does not exist: ${child}`);
    if (reaches(ctx, child, name))
      throw validationError(`AlarmRule must not make a circle: ${child} depends on ${name}.`);
  }
  if (named.length > 100) throw validationError('AlarmRule must not reference more than 100 alarms.');
  const { ActionsSuppressor, ActionsSuppressorWaitPeriod, ActionsSuppressorExtensionPeriod } = input;
  if (ActionsSuppressor !== undefined) {
    if (ActionsSuppressorWaitPeriod === undefined)
      throw missingParameter('ActionsSuppressorWaitPeriod is required with ActionsSuppressor.');
    if (ActionsSuppressorExtensionPeriod === undefined)
      throw missingParameter('ActionsSuppressorExtensionPeriod is required with ActionsSuppressor.');
    if (!alarmNamed(ctx, ctx, ActionsSuppressor))
      throw validationError(`ActionsSuppressor references an alarm that does not exist: ${ActionsSuppressor}`);
  }
  for (const actions of [input.AlarmActions, input.OKActions, input.InsufficientDataActions])
    checkActions(ctx, actions ?? []);
}

function reaches(ctx: Context, from: string, name: string): boolean {
  const alarm = alarmNamed(ctx, ctx, from);
  if (alarm?.AlarmName === name) return true;
  return (
    alarm?.kind === 'composite' && alarmsOf(parseAlarmRule(alarm.AlarmRule)).some((child) => reaches(ctx, child, name))
  );
}

import type {
  DeleteAlarmsCommandInput,
  DescribeAlarmsCommandInput,
  DescribeAlarmsForMetricCommandInput,
  DisableAlarmActionsCommandInput,
  EnableAlarmActionsCommandInput,
  SetAlarmStateCommandInput,
} from '@aws-sdk/client-cloudwatch';
import type { Context } from '../../../kernel/service.ts';
import { alarmClock } from '../behaviour/alarm-clock.ts';
import { changeState } from '../behaviour/alarm-states.ts';
import { compositeAlarms } from '../behaviour/composite-alarms.ts';
import { alarmTypeOf, remember } from '../behaviour/history.ts';
import { alarmsNotFound, constraintViolation, invalidParameterCombination, invalidParameterValue } from '../errors.ts';
import { type Alarm, alarms, type CompositeAlarm, type MetricAlarm, pageOf, type StateValue } from '../state.ts';

export function DescribeAlarms(ctx: Context, input: DescribeAlarmsCommandInput) {
  const limit = input.MaxRecords ?? 50;
  if (limit < 1 || limit > 100)
    throw constraintViolation(limit, 'maxRecords', 'Member must have value between 1 and 100');
  if (input.AlarmNames && input.AlarmNamePrefix !== undefined)
    throw invalidParameterCombination('AlarmNamePrefix and AlarmNames cannot be specified together.');
  // Without AlarmTypes only metric alarms are given ("DescribeAlarms", API Reference), but names find alarms of any type.
  const types: string[] = input.AlarmTypes ?? (input.AlarmNames ? ['MetricAlarm', 'CompositeAlarm'] : ['MetricAlarm']);
  const found = alarms(ctx, ctx)
    .values()
    .filter((alarm) => types.includes(alarmTypeOf(alarm)) && isWanted(alarm, input));
  const { items, nextToken } = pageOf(found, (alarm) => alarm.AlarmName, { limit, nextToken: input.NextToken });
  return {
    MetricAlarms: items.flatMap((alarm) => (alarm.kind === 'metric' ? [describeMetricAlarm(alarm)] : [])),
    CompositeAlarms: items.flatMap((alarm) => (alarm.kind === 'composite' ? [describeCompositeAlarm(alarm)] : [])),
    NextToken: nextToken,
  };
}

function isWanted(alarm: Alarm, input: DescribeAlarmsCommandInput): boolean {
  const { AlarmNames, AlarmNamePrefix = '', StateValue, ActionPrefix } = input;
  if (AlarmNames && AlarmNames.length > 0 && !AlarmNames.includes(alarm.AlarmName)) return false;
  const actions = [...alarm.AlarmActions, ...alarm.OKActions, ...alarm.InsufficientDataActions];
  return (
    alarm.AlarmName.startsWith(AlarmNamePrefix) &&
    (StateValue === undefined || alarm.StateValue === StateValue) &&
    (ActionPrefix === undefined || actions.some((action) => action.startsWith(ActionPrefix)))
  );
}

export function DescribeAlarmsForMetric(ctx: Context, input: DescribeAlarmsForMetricCommandInput) {
  const dimensions = (list: { Name?: string | undefined; Value?: string | undefined }[] = []): string =>
    JSON.stringify(list.map(({ Name, Value }) => [Name, Value]).sort());
  const same = (given: unknown, kept: unknown): boolean => given === undefined || given === kept;
  const found = alarms(ctx, ctx)
    .values()
    .filter(
      (alarm): alarm is MetricAlarm =>
        alarm.kind === 'metric' && alarm.MetricName === input.MetricName && alarm.Namespace === input.Namespace,
    )
    .filter((alarm) => dimensions(input.Dimensions) === dimensions(alarm.Dimensions))
    .filter((alarm) => same(input.Statistic, alarm.Statistic) && same(input.ExtendedStatistic, alarm.ExtendedStatistic))
    .filter((alarm) => same(input.Period, alarm.Period) && same(input.Unit, alarm.Unit));
  return { MetricAlarms: found.map(describeMetricAlarm) };
}

export function DeleteAlarms(ctx: Context, input: DeleteAlarmsCommandInput) {
  const names = input.AlarmNames ?? [];
  if (names.length > 100)
    throw constraintViolation(
      `[${names.length} names]`,
      'alarmNames',
      'Member must have length less than or equal to 100',
    );
  const found = named(ctx, names);
  if (names.length > 1 && found.some((alarm) => alarm.kind === 'composite'))
    throw invalidParameterCombination('A composite alarm must be deleted by a request of its own.');
  for (const alarm of found) {
    remember(ctx, alarm, 'ConfigurationUpdate', `Alarm "${alarm.AlarmName}" deleted`, {
      version: '1.0',
      type: 'Delete',
    });
    ctx.engine(alarmClock).forget(alarm);
    ctx.engine(compositeAlarms).forget(alarm);
    alarms(ctx, ctx).delete(alarm.AlarmName);
  }
  return {};
}

export function SetAlarmState(ctx: Context, input: SetAlarmStateCommandInput) {
  const [alarm] = named(ctx, [input.AlarmName ?? '']);
  const state = input.StateValue ?? '';
  if (!['OK', 'ALARM', 'INSUFFICIENT_DATA'].includes(state))
    throw constraintViolation(
      state,
      'stateValue',
      'Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]',
    );
  if (input.StateReasonData !== undefined && !isJson(input.StateReasonData)) {
    throw invalidParameterValue('StateReasonData was not valid JSON');
  }
  if (!alarm) return {};
  const changed = changeState(ctx, alarm, {
    StateValue: state as StateValue,
    StateReason: input.StateReason ?? '',
    StateReasonData: input.StateReasonData,
  });
  ctx.engine(alarmClock).wake(changed);
  return {};
}

export function EnableAlarmActions(ctx: Context, input: EnableAlarmActionsCommandInput) {
  return setActionsEnabled(ctx, input.AlarmNames ?? [], true);
}

export function DisableAlarmActions(ctx: Context, input: DisableAlarmActionsCommandInput) {
  return setActionsEnabled(ctx, input.AlarmNames ?? [], false);
}

/** Names of alarms that do not exist are passed over. */
function setActionsEnabled(ctx: Context, names: string[], ActionsEnabled: boolean) {
  for (const name of names) {
    const alarm = alarms(ctx, ctx).get(name);
    if (alarm) alarms(ctx, ctx).put(name, { ...alarm, ActionsEnabled });
  }
  return {};
}

function named(ctx: Context, names: string[]): Alarm[] {
  const found = names.map((name) => alarms(ctx, ctx).get(name));
  const missing = names.filter((_name, index) => found[index] === undefined);
  if (missing.length > 0) throw alarmsNotFound(missing);
  return found.filter((alarm) => alarm !== undefined);
}

function describeMetricAlarm(alarm: MetricAlarm) {
  const {
    kind: _kind,
    account: _account,
    region: _region,
    tags: _tags,
    stateUpdatedMs,
    stateTransitionedMs,
    configuredMs,
    ...described
  } = alarm;
  const { Period, ...ofMetrics } = described;
  return { ...(alarm.Metrics ? ofMetrics : { ...described, Period }), ...moments(alarm) };
}

function describeCompositeAlarm(alarm: CompositeAlarm) {
  const {
    kind: _kind,
    account: _account,
    region: _region,
    tags: _tags,
    stateUpdatedMs,
    stateTransitionedMs,
    configuredMs,
    ...described
  } = alarm;
  return { ...described, ...moments(alarm) };
}

function moments(alarm: Alarm) {
  return {
    AlarmConfigurationUpdatedTimestamp: new Date(alarm.configuredMs),
    StateUpdatedTimestamp: new Date(alarm.stateUpdatedMs),
    StateTransitionedTimestamp: new Date(alarm.stateTransitionedMs),
  };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

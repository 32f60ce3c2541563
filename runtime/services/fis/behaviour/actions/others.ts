import { validation } from '../../errors.ts';
import { durationMs } from '../durations.ts';
import { type ActionType, duration } from './action.ts';

export const wait: ActionType = {
  id: 'aws:fis:wait',
  description: 'Waits.',
  parameters: duration,
  lastsMs: (parameters) => durationMs(parameters.duration ?? '', 'duration'),
  begin: async () => undefined,
};

const states = ['OK', 'ALARM', 'INSUFFICIENT_DATA'];

export const assertAlarmState: ActionType = {
  id: 'aws:cloudwatch:assert-alarm-state',
  description: 'Completes when the CloudWatch alarms are in one of the states, and fails the experiment otherwise.',
  parameters: {
    alarmArns: { description: 'The alarms, separated by commas; at most five.', required: true },
    alarmStates: {
      description: `The states they may be in, separated by commas: ${states.join(', ')}.`,
      required: true,
    },
  },
  check({ alarmStates = '' }) {
    const unknown = listOf(alarmStates).find((state) => !states.includes(state));
    if (unknown !== undefined)
      throw validation(`The parameter alarmStates names ${unknown}, and must name ${states.join(', ')}.`);
  },
  async begin({ ctx, parameters }) {
    const AlarmNames = listOf(parameters.alarmArns ?? '').map((arn) => arn.slice(arn.indexOf(':alarm:') + 7));
    const { MetricAlarms = [], CompositeAlarms = [] } = await ctx.call<{
      MetricAlarms?: { AlarmName?: string; StateValue?: string }[];
      CompositeAlarms?: { AlarmName?: string; StateValue?: string }[];
    }>('cloudwatch', 'DescribeAlarms', { AlarmNames, AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] });
    const found = [...MetricAlarms, ...CompositeAlarms];
    const missing = AlarmNames.find((name) => !found.some(({ AlarmName }) => AlarmName === name));
    if (missing !== undefined) throw validation(`There is no alarm called ${missing}.`);
    const allowed = listOf(parameters.alarmStates ?? '');
    const other = found.find(({ StateValue = '' }) => !allowed.includes(StateValue));
    if (other) throw validation(`The alarm ${other.AlarmName} is in state ${other.StateValue}.`);
  },
};

function listOf(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}

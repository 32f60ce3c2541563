import type { RotationRulesType } from '@aws-sdk/client-secrets-manager';
import { parseSchedule } from '../../../engines/schedules/schedule.ts';
import { invalidParameter } from '../errors.ts';

export interface RotationWindow {
  startMs: number;
  endMs: number;
}

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;

/** "You can rotate a secret as often as every four hours." */
const shortestMs = 4 * hourMs;

/** "Schedule expressions in Secrets Manager rotation" (User Guide); all in UTC. Throws InvalidParameterException. */
export function checkRules(rules: RotationRulesType, nowMs: number): void {
  const { AutomaticallyAfterDays: days, Duration, ScheduleExpression } = rules;
  if (days !== undefined && ScheduleExpression !== undefined)
    throw invalidParameter('RotationRules takes AutomaticallyAfterDays or ScheduleExpression, but not both.');
  if (days !== undefined && (days < 1 || days > 1000))
    throw invalidParameter('RotationRules.AutomaticallyAfterDays must be within 1-1000.');
  if (Duration !== undefined && !/^([1-9]|1\d|2[0-4])h$/.test(Duration))
    throw invalidParameter(`The rotation window ${Duration} is not a number of hours from 1h to 24h.`);
  if (ScheduleExpression !== undefined) checkExpression(rules, ScheduleExpression, nowMs);
}

function checkExpression(rules: RotationRulesType, text: string, nowMs: number): void {
  const schedule = parseSchedule(text);
  // "Minutes is always 0", and rates are in hours or days.
  if (!schedule || schedule.kind === 'at' || !/^(cron\(0 |rate\(\d+ (hour|day)s?\)$)/.test(text.trim()))
    throw invalidParameter(`Invalid ScheduleExpression ${text}.`);
  const first = nextWindow(rules, nowMs);
  const second = first && nextWindow(rules, first.startMs);
  if (!first || !second) return;
  const periodMs = second.startMs - first.startMs;
  if (periodMs < shortestMs) throw invalidParameter('A secret can be rotated at most every four hours.');
  const lengthMs = rules.Duration === undefined ? 0 : Number.parseInt(rules.Duration, 10) * hourMs;
  if (first.startMs + lengthMs > midnight(first.startMs) + dayMs || lengthMs > periodMs)
    throw invalidParameter('The rotation window must not extend into the next UTC day or the next rotation window.');
}

/** The window of the rotation after one at `lastMs`; undefined when the rules name no schedule, or it has no more. */
export function nextWindow(rules: RotationRulesType | undefined, lastMs: number): RotationWindow | undefined {
  if (rules?.AutomaticallyAfterDays !== undefined)
    return window(midnight(lastMs) + rules.AutomaticallyAfterDays * dayMs, rules, dayMs);
  const schedule = rules?.ScheduleExpression === undefined ? undefined : parseSchedule(rules.ScheduleExpression);
  // "If you use a rate() expression, the rotation window starts at midnight", from which hours are counted too.
  const startMs = schedule?.next(lastMs, { anchorMs: midnight(lastMs) });
  if (startMs === undefined || !rules) return undefined;
  return window(startMs, rules, inHours(rules.ScheduleExpression ?? '') ? hourMs : dayMs);
}

/** "For a schedule in hours, the window closes after one hour", in days at the end of the day. */
function inHours(expression: string): boolean {
  const [, hours = ''] = /^cron\(\S+ (\S+)/.exec(expression) ?? [];
  return /^rate\(\d+ hours?\)/.test(expression) || /[*,/-]/.test(hours);
}

function window(startMs: number, { Duration }: RotationRulesType, defaultMs: number): RotationWindow {
  const lengthMs = Duration === undefined ? defaultMs : Number.parseInt(Duration, 10) * hourMs;
  // "The window must not extend into the next UTC day."
  return { startMs, endMs: Math.min(startMs + lengthMs, midnight(startMs) + dayMs) - 1000 };
}

function midnight(ms: number): number {
  return Math.floor(ms / dayMs) * dayMs;
}

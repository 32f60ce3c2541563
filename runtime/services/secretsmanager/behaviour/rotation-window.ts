import type { RotationRulesType } from '@aws-sdk/client-secrets-manager';
import { invalidParameter } from '../errors.ts';

export interface RotationWindow {
  startMs: number;
  endMs: number;
}

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;

/** "Schedule expressions in Secrets Manager rotation" (User Guide); all in UTC. Throws InvalidParameterException. */
export function checkRules(rules: RotationRulesType): void {
  const { AutomaticallyAfterDays: days, Duration, ScheduleExpression } = rules;
  if (days !== undefined && ScheduleExpression !== undefined)
    throw invalidParameter('RotationRules takes AutomaticallyAfterDays or ScheduleExpression, but not both.');
  if (days !== undefined && (days < 1 || days > 1000))
    throw invalidParameter('RotationRules.AutomaticallyAfterDays must be within 1-1000.');
  if (Duration !== undefined && !/^([1-9]|1\d|2[0-4])h$/.test(Duration))
    throw invalidParameter(`The rotation window ${Duration} is not a number of hours from 1h to 24h.`);
}

/** The window of the rotation after one at `lastMs`; undefined when the rules name no schedule. */
export function nextWindow(rules: RotationRulesType | undefined, lastMs: number): RotationWindow | undefined {
  if (rules?.AutomaticallyAfterDays !== undefined)
    return window(midnight(lastMs) + rules.AutomaticallyAfterDays * dayMs, rules, dayMs);
  return undefined;
}

function window(startMs: number, { Duration }: RotationRulesType, defaultMs: number): RotationWindow {
  const lengthMs = Duration === undefined ? defaultMs : Number.parseInt(Duration, 10) * hourMs;
  // "The window must not extend into the next UTC day."
  return { startMs, endMs: Math.min(startMs + lengthMs, midnight(startMs) + dayMs) - 1000 };
}

function midnight(ms: number): number {
  return Math.floor(ms / dayMs) * dayMs;
}

import type { Action } from './fault.ts';

/** Parameters that say how long, as runtime/control-plane/faults/fault-desk.ts has them. */
const lasting = ['duration', 'startInstancesAfterDuration'];

/** What a form begins with where the action needs a value. */
const usual: Record<string, string> = {
  scope: 'all',
  preventExecution: 'true',
  percentage: '100',
  statusCode: '503',
  contentTypeHeader: 'application/json',
  alarmStates: 'OK',
};

/** "AWS FIS actions reference": the values that a parameter takes, where they are few. */
export const values: Record<string, string[]> = {
  scope: ['all', 'availability-zone', 'vpc'],
  preventExecution: ['true', 'false'],
  forceFailover: ['false', 'true'],
};

export function isLasting(name: string): boolean {
  return lasting.includes(name);
}

export function isNumber(name: string): boolean {
  return /percentage$|Milliseconds$|^statusCode$/i.test(name);
}

export function firstValues({ parameters }: Action, given: Record<string, string> = {}): Record<string, string> {
  const first = Object.entries(parameters).flatMap(([name, { required }]) =>
    isLasting(name) ? [[name, 'PT5M']] : required ? [[name, usual[name] ?? '']] : [],
  );
  return { ...Object.fromEntries(first), ...given };
}

/** Without those that were left empty. */
export function givenOf(parameters: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== ''));
}

/** preventExecution as Prevent execution. */
export function parameterName(name: string): string {
  const words = name.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** PT90M as 90 and M. */
export function durationParts(text: string): { amount: string; unit: 'S' | 'M' | 'H' } {
  const [, amount = '5', unit = 'M'] = /^PT(\d+)([SMH])$/.exec(text) ?? [];
  return { amount, unit: unit as 'S' | 'M' | 'H' };
}

const unitNames = { S: 's', M: 'min', H: 'h' };

export function durationWords(text: string): string {
  const { amount, unit } = durationParts(text);
  return `${amount} ${unitNames[unit]}`;
}

import { invalidParameterValue } from '../errors.ts';
import { statisticNamed } from './statistics.ts';

const simple = ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'];

/** `Statistic` takes the five plain ones, `ExtendedStatistic` all the others; a query's `Stat` takes either. */
export function checkStatName(name: string, parameter: 'Statistic' | 'ExtendedStatistic' | 'Stat'): void {
  const plain = simple.includes(name);
  const fits = parameter === 'Statistic' ? plain : parameter === 'Stat' || !plain;
  if (!fits || statisticNamed(name) === undefined)
    throw invalidParameterValue(`The value ${name} for parameter ${parameter} is not supported.`);
}

export const units: ReadonlySet<string> = new Set([
  'Seconds',
  'Microseconds',
  'Milliseconds',
  'Bytes',
  'Kilobytes',
  'Megabytes',
  'Gigabytes',
  'Terabytes',
  'Bits',
  'Kilobits',
  'Megabits',
  'Gigabits',
  'Terabits',
  'Percent',
  'Count',
  'Bytes/Second',
  'Kilobytes/Second',
  'Megabytes/Second',
  'Gigabytes/Second',
  'Terabytes/Second',
  'Bits/Second',
  'Kilobits/Second',
  'Megabits/Second',
  'Gigabits/Second',
  'Terabits/Second',
  'Count/Second',
  'None',
]);

/** "Dimension", CloudWatch API Reference: at most 30, names without a colon in front, both of ASCII. */
export function checkDimensions(
  dimensions: { Name?: string | undefined; Value?: string | undefined }[],
  where: string,
): void {
  if (dimensions.length > 30)
    throw invalidParameterValue(`The collection ${where} must not have a size greater than 30.`);
  const names = new Set<string>();
  for (const [index, { Name = '', Value = '' }] of dimensions.entries()) {
    const at = `${where}.member.${index + 1}`;
    if (!/^[^:][\x20-\x7e]{0,254}$/.test(Name))
      throw invalidParameterValue(`The value ${Name} for parameter ${at}.Name is invalid.`);
    if (!/^[\x20-\x7e]{1,1024}$/.test(Value) || Value.trim() === '')
      throw invalidParameterValue(`The value ${Value} for parameter ${at}.Value is invalid.`);
    if (names.has(Name))
      throw invalidParameterValue(`The collection ${where} holds the dimension ${Name} more than once.`);
    names.add(Name);
  }
}

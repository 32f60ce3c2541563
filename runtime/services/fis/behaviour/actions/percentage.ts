import { validation } from '../../errors.ts';

/** 1 to 100. */
export function percentageOf(parameter: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 100)
    throw validation(`The parameter ${parameter} is "${text}", and must be a whole number from 1 to 100.`);
  return value;
}

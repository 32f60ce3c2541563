import { validationError } from '../errors.ts';

/** Lengths of a period that metrics are read by, in seconds. */
export function checkPeriod(period: number): void {
  if ([10, 20, 30].includes(period) || (period >= 60 && period % 60 === 0)) return;
  throw validationError('Period must be 10, 20, 30 or a multiple of 60');
}

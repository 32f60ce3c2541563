import type { FilterCriteria } from '@aws-sdk/client-lambda';
import {
  compileEventPattern,
  eventPatterns,
  InvalidEventPattern,
} from '../../../../engines/event-patterns/event-pattern.ts';
import type { Kernel } from '../../../../kernel/service.ts';
import { invalidParameter } from '../../errors.ts';

/** "Lambda event filtering": a record passes when one of the patterns matches; without patterns every record does. */
export function passes(kernel: Pick<Kernel, 'engine'>, criteria: FilterCriteria | undefined, record: unknown): boolean {
  const filters = criteria?.Filters ?? [];
  if (filters.length === 0) return true;
  const patterns = kernel.engine(eventPatterns);
  return filters.some(({ Pattern }) => Pattern === undefined || patterns.compile(Pattern).matches(record));
}

/** Refuses patterns that Lambda would refuse. */
export function checkFilters(criteria: FilterCriteria | undefined): void {
  const filters = criteria?.Filters ?? [];
  if (filters.length > 10) throw invalidParameter('Invalid filter pattern definition. At most 10 filters are allowed.');
  for (const { Pattern } of filters) {
    try {
      compileEventPattern(Pattern ?? '');
    } catch (error) {
      if (!(error instanceof InvalidEventPattern)) throw error;
      throw invalidParameter('Invalid filter pattern definition.');
    }
  }
}

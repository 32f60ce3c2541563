import { defineEngine } from '../../../kernel/engine.ts';
import { compileFilter, type Filter } from './filter-pattern/filter.ts';

const most = 1_000;

/** Patterns of kept filters, compiled once: every batch of events goes through them. */
export const compiledFilters = defineEngine('logs.compiled-filters', () => {
  const known = new Map<string, Filter>();
  return {
    of(pattern: string): Filter {
      let filter = known.get(pattern);
      if (!filter) {
        if (known.size >= most) known.clear();
        filter = compileFilter(pattern);
        known.set(pattern, filter);
      }
      return filter;
    },
  };
});

import { parseTerms } from './terms.ts';

/** A filter pattern made ready ("Filter pattern syntax for metric filters, subscription filters, filter log events", User Guide). */
export interface Filter {
  matches(message: string): boolean;
  /** The fields of a message that matched, by the selectors the pattern names (`$.a.b`, `$status_code`). */
  extract(message: string): Record<string, string>;
}

export function compileFilter(pattern: string): Filter {
  return parseTerms(pattern.trim());
}

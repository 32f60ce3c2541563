import type { Metric } from '../metric-store.ts';

/** A search of metrics, read ("CloudWatch search expression syntax", User Guide). */
export interface Search {
  namespace: string | undefined;
  /** Exactly these dimensions, where a schema is given. */
  dimensions: string[];
  term: Term | undefined;
}

type Term =
  | { kind: 'and'; of: Term[] }
  | { kind: 'or'; of: Term[] }
  | { kind: 'not'; of: Term }
  /** `exact`: between quotes. `of`: Namespace, MetricName or the name of a dimension; undefined for any part. */
  | { kind: 'word'; text: string; exact: boolean; of: string | undefined };

/** Undefined where the text is no search. */
export function parseSearch(text: string): Search | undefined {
  const schema = /^\s*\{([^}]*)\}/.exec(text);
  const rest = text.slice(schema?.[0].length ?? 0).replace(/^\s*,/, '');
  const [namespace, ...dimensions] = schema ? [...(schema[1] ?? '').matchAll(/"([^"]*)"|([^\s,"]+)/g)].map(nameOf) : [];
  const tokens = [...rest.matchAll(/"[^"]*"|[()=]|[^\s()="]+/g)].map(([token]) => token);
  if (schema && namespace === undefined) return undefined;
  if (!schema && tokens.length === 0) return undefined;
  const reader = new TermReader(tokens);
  const term = tokens.length > 0 ? reader.or() : undefined;
  return reader.failed || !reader.ended ? undefined : { namespace, dimensions, term };
}

function nameOf([, quoted, plain]: RegExpMatchArray): string {
  return quoted ?? plain ?? '';
}

export function finds({ namespace, dimensions, term }: Search, metric: Metric): boolean {
  if (namespace !== undefined) {
    const names = new Set(metric.dimensions.map(({ Name }) => Name));
    if (metric.namespace !== namespace || names.size !== dimensions.length) return false;
    if (!dimensions.every((name) => names.has(name))) return false;
  }
  return term === undefined || holds(term, metric);
}

function holds(term: Term, metric: Metric): boolean {
  if (term.kind === 'not') return !holds(term.of, metric);
  if (term.kind === 'and') return term.of.every((part) => holds(part, metric));
  if (term.kind === 'or') return term.of.some((part) => holds(part, metric));
  const parts = partsOf(metric, term.of);
  if (term.exact) return parts.includes(term.text);
  const wanted = tokensOf(term.text);
  return parts.some((part) => {
    const known = new Set(tokensOf(part));
    return part.toLowerCase() === term.text.toLowerCase() || wanted.every((token) => known.has(token));
  });
}

function partsOf(metric: Metric, of: string | undefined): string[] {
  if (of === 'MetricName') return [metric.name];
  if (of === 'Namespace') return [metric.namespace];
  if (of !== undefined) return metric.dimensions.filter(({ Name }) => Name === of).map(({ Value }) => Value);
  return [metric.namespace, metric.name, ...metric.dimensions.flatMap(({ Name, Value }) => [Name, Value])];
}

/** Without quotes, names match by their words: InstanceId is instance and id, my-fn2 is my, fn and 2. */
function tokensOf(text: string): string[] {
  const words = text.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? [];
  return words.map((word) => word.toLowerCase());
}

class TermReader {
  readonly #tokens: string[];
  #at = 0;
  failed = false;

  constructor(tokens: string[]) {
    this.#tokens = tokens;
  }

  get ended(): boolean {
    return this.#at >= this.#tokens.length;
  }

  or(of?: string): Term {
    const parts = [this.#and(of)];
    while (this.#accept('OR')) parts.push(this.#and(of));
    return parts.length === 1 && parts[0] ? parts[0] : { kind: 'or', of: parts };
  }

  /** A space is an AND. */
  #and(of: string | undefined): Term {
    const parts = [this.#not(of)];
    while (!this.ended && !['OR', ')'].includes(this.#tokens[this.#at] ?? '')) {
      this.#accept('AND');
      parts.push(this.#not(of));
    }
    return parts.length === 1 && parts[0] ? parts[0] : { kind: 'and', of: parts };
  }

  #not(of: string | undefined): Term {
    if (this.#accept('NOT')) return { kind: 'not', of: this.#not(of) };
    if (this.#accept('(')) {
      const inner = this.or(of);
      if (!this.#accept(')')) this.failed = true;
      return inner;
    }
    const token = this.#tokens[this.#at] ?? ')';
    this.#at += 1;
    if (/^[()=]$/.test(token)) this.failed = true;
    const exact = token.startsWith('"');
    const text = exact ? token.slice(1, -1) : token;
    if (!this.#accept('=')) return { kind: 'word', text, exact, of };
    return this.#not(text);
  }

  #accept(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at += 1;
    return true;
  }
}

import type { Field, FirewallRule, FirewallStatement } from '../table.ts';

/** The parts of a request that rules of managed groups name at the end: GenericLFI_QUERYARGUMENTS. */
export type Part = 'QUERYARGUMENTS' | 'QUERYSTRING' | 'BODY' | 'COOKIE' | 'HEADER' | 'URIPATH';

/** How labels spell the part: GenericLFI_QueryArguments. */
const spelling: Record<Part, string> = {
  QUERYARGUMENTS: 'QueryArguments',
  QUERYSTRING: 'QueryString',
  BODY: 'Body',
  COOKIE: 'Cookie',
  HEADER: 'Header',
  URIPATH: 'URIPath',
};

const fields: Record<Part, Field> = {
  QUERYARGUMENTS: { kind: 'arguments' },
  // Its arguments one by one, for & and = are no part of what was typed.
  QUERYSTRING: { kind: 'arguments' },
  BODY: { kind: 'bodyValues' },
  COOKIE: { kind: 'cookies', only: undefined, except: [], scope: 'VALUE', oversize: 'CONTINUE' },
  HEADER: { kind: 'headers', only: undefined, except: ['host', 'cookie'], scope: 'VALUE', oversize: 'CONTINUE' },
  URIPATH: { kind: 'path' },
};

/** A rule that blocks, as nearly all of AWS's do. Nothing of it is metered or sampled by itself: the web ACL's rule is. */
export function managedRule(name: string, label: string, match: FirewallStatement): FirewallRule {
  return {
    name,
    visibility: { metricName: name, metrics: true, sampled: true },
    labels: [label],
    match,
    group: undefined,
    action: { kind: 'block', response: undefined },
  };
}

/** One rule for each part, with the patterns or the detector they share. */
export function overParts(
  namespace: string,
  base: string,
  parts: readonly Part[],
  what: { patterns: readonly RegExp[] } | 'xss' | { sensitivity: 'LOW' | 'HIGH' },
  transformations: readonly string[] = ['URL_DECODE_UNI', 'HTML_ENTITY_DECODE'],
): FirewallRule[] {
  return parts.map((part) => {
    const inspects = { field: fields[part], transformations };
    const match: FirewallStatement =
      what === 'xss'
        ? { kind: 'xss', ...inspects }
        : 'patterns' in what
          ? { kind: 'regex', patterns: what.patterns, ...inspects }
          : { kind: 'sqli', sensitivity: what.sensitivity, ...inspects };
    return managedRule(`${base}_${part}`, `${namespace}${base}_${spelling[part]}`, match);
  });
}

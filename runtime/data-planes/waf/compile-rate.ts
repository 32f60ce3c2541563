import { addressesOf } from './addresses.ts';
import { compileStatement, type Matcher, type Surroundings, transformer } from './compile-statement.ts';
import type { InspectedRequest } from './inspected-request.ts';
import type { RateKey, RateStatement } from './table.ts';
import { urlDecode } from './transformations.ts';

/** Between the parts of a key; stands in no header or query. */
const separator = '\0';

/** "Rate-based rule statement": counts requests by keys; those above the limit match, as long as the rate stays there. */
export function compileRate(statement: RateStatement, around: Surroundings): Matcher {
  const applies = statement.scopeDown ? compileStatement(statement.scopeDown, around) : undefined;
  const parts = statement.keys.map(keyReader);
  return (request) => {
    if (applies && !applies(request)) return false;
    let key = '';
    for (const read of parts) {
      const part = read(request);
      // "A request that is missing one of the keys is not counted"; with an address that is none, the fallback decides.
      if (part === undefined) return false;
      if (part === matched) return true;
      key += `${part}${separator}`;
    }
    return around.rates.count(statement.id, key, statement.windowSeconds) > statement.limit;
  };
}

/** The values of a counted key, as GetRateBasedStatementManagedKeys lists addresses. */
export function partsOfKey(key: string): string[] {
  return key.split(separator).slice(0, -1);
}

const matched = Symbol('the fallback says that the request matches');

function keyReader(key: RateKey): (request: InspectedRequest) => string | typeof matched | undefined {
  switch (key.kind) {
    case 'IP':
      return (request) => request.ip;
    case 'FORWARDED_IP':
      return (request) => {
        const found = addressesOf(request, { ...key.forwarded, position: 'FIRST' });
        if (found === 'absent') return undefined;
        if (found === 'invalid') return key.forwarded.fallbackMatches ? matched : undefined;
        return found[0];
      };
    case 'HTTP_METHOD':
      return (request) => request.raw.method;
    case 'HEADER':
      return transformed(key.transformations, (request) => request.raw.headers[key.name]);
    case 'COOKIE':
      return transformed(key.transformations, (request) =>
        valueNamed(request.cookies.pairs, (name) => name === key.name),
      );
    case 'QUERY_ARGUMENT':
      return transformed(key.transformations, (request) =>
        valueNamed(request.arguments, (name) => urlDecode(name).toLowerCase() === key.name),
      );
    case 'QUERY_STRING':
      return transformed(key.transformations, (request) => request.query);
    case 'URI_PATH':
      return transformed(key.transformations, (request) => request.path);
    case 'LABEL_NAMESPACE':
      return (request) => {
        const labels = [...request.labels].filter((label) => label.startsWith(key.namespace));
        return labels.length === 0 ? undefined : labels.join(',');
      };
  }
}

function transformed(names: readonly string[], read: (request: InspectedRequest) => string | undefined) {
  const change = transformer(names);
  return (request: InspectedRequest): string | undefined => {
    const text = read(request);
    return text === undefined ? undefined : change(text);
  };
}

function valueNamed(
  pairs: readonly (readonly [string, string])[],
  wanted: (name: string) => boolean,
): string | undefined {
  return pairs.find(([name]) => wanted(name))?.[1];
}

import type { FieldToMatch, ForwardedIPConfig, TextTransformation } from '@aws-sdk/client-wafv2';
import type { Field, ForwardedAddress, MapScope, Oversize } from '../../../data-planes/waf/table.ts';
import { transformations } from '../../../data-planes/waf/transformations.ts';
import { refused } from '../../../kernel/errors.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import { invalidParameter } from '../errors.ts';

/** One and only one component has to be named. */
export function compileField(given: FieldToMatch | undefined): Field {
  const names = Object.entries(given ?? {})
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name);
  if (!given || names.length !== 1)
    throw invalidParameter('FIELD_TO_MATCH', names.join(), 'You must specify exactly one field to match.');
  for (const name of ['JA3Fingerprint', 'JA4Fingerprint', 'UriFragment'])
    if (names[0] === name) throw refused(`wafv2 parameter FieldToMatch.${name}`, notSeen[name]);
  if (given.Method) return { kind: 'method' };
  if (given.UriPath) return { kind: 'path' };
  if (given.QueryString) return { kind: 'query' };
  if (given.AllQueryArguments) return { kind: 'arguments' };
  if (given.SingleHeader) return { kind: 'header', name: nameOf(given.SingleHeader, 'SINGLE_HEADER') };
  if (given.SingleQueryArgument)
    return { kind: 'argument', name: nameOf(given.SingleQueryArgument, 'SINGLE_QUERY_ARGUMENT') };
  if (given.Headers) {
    const { MatchPattern: pattern } = given.Headers;
    return {
      kind: 'headers',
      only: pattern?.IncludedHeaders?.map((name) => name.toLowerCase()),
      except: (pattern?.ExcludedHeaders ?? []).map((name) => name.toLowerCase()),
      scope: scopeOf(given.Headers.MatchScope),
      oversize: oversizeOf(given.Headers.OversizeHandling),
    };
  }
  if (given.Cookies) {
    const { MatchPattern: pattern } = given.Cookies;
    return {
      kind: 'cookies',
      only: pattern?.IncludedCookies,
      except: pattern?.ExcludedCookies ?? [],
      scope: scopeOf(given.Cookies.MatchScope),
      oversize: oversizeOf(given.Cookies.OversizeHandling),
    };
  }
  if (given.HeaderOrder) return { kind: 'headerOrder', oversize: oversizeOf(given.HeaderOrder.OversizeHandling) };
  if (given.Body) return { kind: 'body', oversize: oversizeOf(given.Body.OversizeHandling ?? 'CONTINUE') };
  if (given.JsonBody) {
    const { MatchPattern: pattern, MatchScope, InvalidFallbackBehavior, OversizeHandling } = given.JsonBody;
    if (!pattern || (pattern.All === undefined) === (pattern.IncludedPaths === undefined))
      throw invalidParameter('JSON_MATCH_PATTERN', 'MatchPattern', 'You must specify All or IncludedPaths.');
    return {
      kind: 'json',
      paths: pattern.IncludedPaths,
      scope: scopeOf(MatchScope),
      invalid: InvalidFallbackBehavior as Extract<Field, { kind: 'json' }>['invalid'],
      oversize: oversizeOf(OversizeHandling ?? 'CONTINUE'),
    };
  }
  throw refused(`wafv2 parameter FieldToMatch.${names[0]}`);
}

const notSeen: Readonly<Record<string, string>> = lookupTable({
  JA3Fingerprint: 'TLS ends in front of the edge, so the handshake is not seen.',
  JA4Fingerprint: 'TLS ends in front of the edge, so the handshake is not seen.',
  UriFragment: 'clients do not send fragments over HTTP.',
});

function nameOf({ Name }: { Name: string | undefined }, field: string): string {
  if (!Name) throw invalidParameter(field, 'Name', 'The parameter is required.');
  return Name.toLowerCase();
}

function scopeOf(scope: string | undefined): MapScope {
  if (scope !== 'ALL' && scope !== 'KEY' && scope !== 'VALUE')
    throw invalidParameter('MAP_MATCH_SCOPE', String(scope), 'The match scope is not valid.');
  return scope;
}

function oversizeOf(handling: string | undefined): Oversize {
  if (handling !== 'CONTINUE' && handling !== 'MATCH' && handling !== 'NO_MATCH')
    throw invalidParameter('OVERSIZE_HANDLING', String(handling), 'The oversize handling is not valid.');
  return handling;
}

/** In order of priority; at least one, NONE where there is none ("TextTransformations", API Reference), at most ten. */
export function compileTransformations(given: readonly TextTransformation[] | undefined): string[] {
  const sorted = [...(given ?? [])].sort((a, b) => Number(a.Priority) - Number(b.Priority));
  if (sorted.length === 0 || sorted.length > 10)
    throw invalidParameter(
      'TEXT_TRANSFORMATION',
      'TextTransformations',
      'You must specify one to ten text transformations.',
    );
  if (new Set(sorted.map(({ Priority }) => Priority)).size !== sorted.length)
    throw invalidParameter('TEXT_TRANSFORMATION', 'Priority', 'The priorities of text transformations must be unique.');
  return sorted.map(({ Type }) => {
    if (!Type || !Object.hasOwn(transformations, Type))
      throw invalidParameter('TEXT_TRANSFORMATION', String(Type), 'The text transformation is not valid.');
    return Type;
  });
}

export function compileForwarded(
  config: (ForwardedIPConfig & { Position?: string | undefined }) | undefined,
): ForwardedAddress | undefined {
  if (!config) return undefined;
  if (!config.HeaderName) throw invalidParameter('FORWARDED_IP_CONFIG', 'HeaderName', 'The parameter is required.');
  return {
    headerName: config.HeaderName.toLowerCase(),
    fallbackMatches: config.FallbackBehavior === 'MATCH',
    position: (config.Position ?? 'FIRST') as ForwardedAddress['position'],
  };
}

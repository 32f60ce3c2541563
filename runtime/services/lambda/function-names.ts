import { formatArn, parseArn } from '../../kernel/arn.ts';
import type { Context } from '../../kernel/service.ts';
import { functionNotFound, validation } from './errors.ts';
import { aliases, type FunctionVersion, functions, type Records, versions } from './state.ts';

/** A function as a caller named it: bare name, partial ARN or ARN, with or without a qualifier. */
export interface FunctionName {
  name: string;
  /** Version, alias or $LATEST; undefined when none was said. */
  qualifier: string | undefined;
}

interface Place {
  account: string;
  region: string;
}

const pattern =
  '(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?';
const whole = new RegExp(`^${pattern}$`);

/** "Name formats" under FunctionName in the API Reference. A function of another account or region is not found here. */
export function parseFunctionName(place: Place, given: string, qualifier?: string): FunctionName {
  const match = whole.exec(given);
  if (!match) {
    throw validation([
      `Value '${given}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern}`,
    ]);
  }
  const [, , , region, , account, , name = '', , inName] = match;
  if (region && region.slice(0, -1) !== place.region) throw functionNotFound(given);
  if (account && account.slice(0, -1) !== place.account) throw functionNotFound(given);
  if (inName && qualifier && inName !== qualifier) {
    throw validation([`The derived qualifier from the function name does not match the specified qualifier.`]);
  }
  return { name, qualifier: qualifier ?? inName };
}

export function functionArn(place: Place, name: string, qualifier?: string): string {
  return formatArn('lambda', place.region, place.account, `function:${name}${qualifier ? `:${qualifier}` : ''}`);
}

/** Where the ARN of a function lies, and what it names; undefined when it is no function's ARN. */
export function parseFunctionArn(arn: string): (Place & FunctionName) | undefined {
  const parsed = parseArn(arn);
  if (parsed?.service !== 'lambda') return undefined;
  const [kind, name, qualifier] = parsed.resource.split(':');
  if (kind !== 'function' || !name) return undefined;
  return { account: parsed.account, region: parsed.region, name, qualifier };
}

/** The version a qualifier means, an alias decided by `chance` in [0, 1) among its weights; refuses what is not there. */
export function findVersion(records: Records & Place, { name, qualifier }: FunctionName, chance = 1): FunctionVersion {
  const record = functions(records).get(name);
  if (!record) throw functionNotFound(functionArn(records, name, qualifier));
  if (qualifier === undefined || qualifier === '$LATEST') return record.latest;
  const alias = aliases(records).get(`${name}:${qualifier}`);
  const version = alias
    ? weighted(alias.FunctionVersion, alias.RoutingConfig?.AdditionalVersionWeights, chance)
    : qualifier;
  if (version === '$LATEST') return record.latest;
  const found = versions(records).get(`${name}:${version}`);
  if (!found) throw functionNotFound(functionArn(records, name, qualifier));
  return found;
}

/** "Implement Lambda canary deployments using a weighted alias": the rest goes to the alias's main version. */
function weighted(main: string, weights: Record<string, number> | undefined, chance: number): string {
  let from = 0;
  for (const [version, weight] of Object.entries(weights ?? {})) {
    from += weight;
    if (chance < from) return version;
  }
  return main;
}

/** Unqualified record of a named function; refuses when it is not there. */
export function existing(ctx: Context, given: string, qualifier?: string) {
  const named = parseFunctionName(ctx, given, qualifier);
  const record = functions(ctx).get(named.name);
  if (!record) throw functionNotFound(functionArn(ctx, named.name, named.qualifier));
  return { ...named, record };
}

import type { Scope, Tag } from '@aws-sdk/client-wafv2';
import type { Context } from '../../../kernel/service.ts';
import type { Collection } from '../../../kernel/store/collection.ts';
import { duplicate, invalidParameter, limitsExceeded, nonexistent, optimisticLock } from '../errors.ts';
import { type Entity, entityArn, type Kind } from '../state.ts';

/** "AWS WAF quotas": of each kind, account and region. */
const mostOfAKind = 100;

export interface Named {
  Name?: string | undefined;
  Scope?: Scope | undefined;
  Id?: string | undefined;
}

/** Global things are made in us-east-1 ("you must also specify the Region US East (N. Virginia)"). */
export function checkScope(ctx: Context, scope: string | undefined): Scope {
  if (scope !== 'CLOUDFRONT' && scope !== 'REGIONAL')
    throw invalidParameter('SCOPE_VALUE', String(scope), 'The scope is not valid.');
  if (scope === 'CLOUDFRONT' && ctx.region !== 'us-east-1')
    throw invalidParameter('SCOPE_VALUE', scope, 'The scope is not valid.');
  return scope;
}

export function newEntity<Config>(
  ctx: Context,
  kind: Kind,
  all: Collection<Entity<Config>>,
  {
    Name,
    Scope: given,
    Tags = [],
    Config,
  }: { Name?: string | undefined; Scope?: Scope | undefined; Tags?: Tag[] | undefined; Config: Config },
): Entity<Config> {
  const scope = checkScope(ctx, given);
  const name = Name ?? '';
  if (!/^[\w-]{1,128}$/.test(name))
    throw invalidParameter('ENTITY_LIMIT', name, 'The parameter contains formatting that is not valid.');
  const same = all.values().filter((one) => one.Scope === scope);
  if (same.some((one) => one.Name === name)) throw duplicate();
  if (same.length >= mostOfAKind) throw limitsExceeded();
  const Id = ctx.ids.uuid();
  return {
    Name: name,
    Id,
    ARN: entityArn(kind, ctx, scope, name, Id),
    LockToken: ctx.ids.uuid(),
    Scope: scope,
    Config,
    Tags,
    account: ctx.account,
    region: ctx.region,
  };
}

/** Name, scope and id have to be of one. */
export function findEntity<E extends Entity<unknown>>(ctx: Context, all: Collection<E>, input: Named): E {
  const scope = checkScope(ctx, input.Scope);
  const found = all.get(input.Id ?? '');
  if (!found || found.Name !== input.Name || found.Scope !== scope) throw nonexistent();
  return found;
}

/** For a change: who changes has to know the latest state. */
export function findToChange<E extends Entity<unknown>>(
  ctx: Context,
  all: Collection<E>,
  input: Named & { LockToken?: string | undefined },
): E {
  const found = findEntity(ctx, all, input);
  if (found.LockToken !== input.LockToken) throw optimisticLock();
  return found;
}

export function summaryOf({ Name, Id, ARN, LockToken, Config }: Entity<{ Description?: string | undefined }>) {
  return { Name, Id, ARN, LockToken, Description: Config.Description ?? '' };
}

/** Lists are in order of names; the marker is the last name given. */
export function pageOf<E extends { Name: string; Scope: Scope }>(
  ctx: Context,
  all: Collection<E>,
  input: { Scope?: Scope | undefined; NextMarker?: string | undefined; Limit?: number | undefined },
): { page: E[]; NextMarker?: string } {
  const scope = checkScope(ctx, input.Scope);
  const limit = Number(input.Limit ?? 100);
  const { NextMarker: after = '' } = input;
  const rest = all
    .values()
    .filter((one) => one.Scope === scope && one.Name > after)
    .sort((a, b) => (a.Name < b.Name ? -1 : 1));
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return rest.length > limit && last ? { page, NextMarker: last.Name } : { page };
}

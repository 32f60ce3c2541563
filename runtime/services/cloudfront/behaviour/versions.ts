import { isDeepStrictEqual } from 'node:util';
import type { Context } from '../../../kernel/service.ts';
import type { Collection } from '../../../kernel/store/collection.ts';
import { illegalDelete, illegalUpdate, invalidIfMatchVersion, type KindErrors, preconditionFailed } from '../errors.ts';
import type { Versioned } from '../state.ts';

/** What cache policies, key groups, access controls and the like have in common: a name, a version, and users. */
export interface Kind<Config, R extends Versioned<Config> = Versioned<Config>> {
  errors: KindErrors;
  records(ctx: Context): Collection<R>;
  newId(ctx: Context): string;
  nameOf(config: Config): string;
  /** AWS's own, which nobody can change. */
  managed: Readonly<Record<string, R>>;
  isUsed(ctx: Context, id: string): boolean;
  /** Throws what AWS says of a configuration it does not take. */
  check(ctx: Context, config: Config): void;
}

export function createVersioned<Config extends object, R extends Versioned<Config>>(
  ctx: Context,
  kind: Kind<Config, R>,
  config: Config,
  extra: Omit<R, keyof Versioned<Config>>,
): R {
  kind.check(ctx, config);
  const named = allOf(ctx, kind).some((record) => kind.nameOf(record.Config) === kind.nameOf(config));
  if (named) throw kind.errors.alreadyExists();
  const record = {
    Id: kind.newId(ctx),
    ETag: newETag(ctx),
    LastModifiedTime: timeOf(ctx),
    Config: config,
    ...extra,
  } as unknown as R;
  kind.records(ctx).put(record.Id, record);
  return record;
}

export function findVersioned<Config, R extends Versioned<Config>>(ctx: Context, kind: Kind<Config, R>, id: string): R {
  const record = kind.managed[id] ?? kind.records(ctx).get(id);
  if (!record) throw kind.errors.noSuch();
  return record;
}

export function updateVersioned<Config extends object, R extends Versioned<Config>>(
  ctx: Context,
  kind: Kind<Config, R>,
  change: { id: string; ifMatch: string | undefined; config: Config },
): R {
  const record = findVersioned(ctx, kind, change.id);
  if (kind.managed[change.id]) throw illegalUpdate();
  checkVersion(record.ETag, change.ifMatch);
  kind.check(ctx, change.config);
  const taken = allOf(ctx, kind).some(
    (other) => other.Id !== record.Id && kind.nameOf(other.Config) === kind.nameOf(change.config),
  );
  if (taken) throw kind.errors.alreadyExists();
  if (isDeepStrictEqual(record.Config, change.config)) return record;
  const updated = { ...record, ETag: newETag(ctx), LastModifiedTime: timeOf(ctx), Config: change.config };
  kind.records(ctx).put(record.Id, updated);
  return updated;
}

export function deleteVersioned<Config, R extends Versioned<Config>>(
  ctx: Context,
  kind: Kind<Config, R>,
  about: { id: string; ifMatch: string | undefined },
): void {
  const record = findVersioned(ctx, kind, about.id);
  if (kind.managed[about.id]) throw illegalDelete();
  checkVersion(record.ETag, about.ifMatch);
  if (kind.isUsed(ctx, about.id)) throw kind.errors.inUse();
  kind.records(ctx).delete(about.id);
}

/** Managed ones first. */
export function allOf<Config, R extends Versioned<Config>>(ctx: Context, kind: Kind<Config, R>): R[] {
  return [...Object.values(kind.managed), ...kind.records(ctx).values()];
}

/** If-Match names the version the client has seen. */
export function checkVersion(etag: string, ifMatch: string | undefined): void {
  if (ifMatch === undefined || ifMatch === '') throw invalidIfMatchVersion();
  if (ifMatch.replaceAll('"', '') !== etag) throw preconditionFailed();
}

export function newETag(ctx: Context): string {
  return `E${ctx.ids.upper(13)}`;
}

export function timeOf(ctx: Context): string {
  return new Date(ctx.clock.now()).toISOString();
}

/** One page of a list that goes on after the item whose id is the marker. */
export function pageOf<T>(
  items: T[],
  idOf: (item: T) => string,
  request: { Marker?: string | undefined; MaxItems?: number | undefined },
) {
  const MaxItems = Number(request.MaxItems ?? 100);
  const Marker = request.Marker ?? '';
  const after = Marker === '' ? 0 : items.findIndex((item) => idOf(item) === Marker) + 1;
  const page = items.slice(after, after + MaxItems);
  const last = page.at(-1);
  const more = after + page.length < items.length && last !== undefined;
  return {
    page,
    MaxItems,
    Marker,
    IsTruncated: more,
    Quantity: page.length,
    ...(more ? { NextMarker: idOf(last) } : {}),
  };
}

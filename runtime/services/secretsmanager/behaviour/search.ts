import type { Filter, ListSecretsRequest } from '@aws-sdk/client-secrets-manager';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Context } from '../../../kernel/service.ts';
import { invalidNextToken, invalidParameter, validation } from '../errors.ts';
import { type Secret, secrets } from '../state.ts';

/** Secrets that satisfy every filter, in the order asked for ("ListSecrets"; by CreatedDate unless told). */
export function matching(ctx: Context, query: ListSecretsRequest): Secret[] {
  const filters = (query.Filters ?? []).map(checkedFilter);
  if (filters.length > 10) throw invalidParameter('You can use at most 10 filters.');
  const found = secrets(ctx, ctx)
    .values()
    .filter((secret) => query.IncludePlannedDeletion || secret.deletionMs === undefined)
    .filter((secret) => filters.every((filter) => passes(secret, filter)));
  const direction = query.SortOrder === 'desc' ? -1 : 1;
  return found.sort((a, b) => direction * compare(a, b, query.SortBy ?? 'created-date'));
}

/** MaxResults of the list from where NextToken says; a token names the last secret given out. */
export function page<T extends { ARN: string }>(
  all: T[],
  asked: { MaxResults?: number | undefined; NextToken?: string | undefined },
  most = 100,
): { items: T[]; NextToken?: string } {
  const size = asked.MaxResults ?? most;
  if (size < 1 || size > most) throw invalidParameter(`MaxResults must be between 1 and ${most}.`);
  const start = asked.NextToken === undefined ? 0 : startAfter(all, asked.NextToken);
  const items = all.slice(start, start + size);
  const last = items.at(-1);
  return start + size < all.length && last ? { items, NextToken: Buffer.from(last.ARN).toString('base64') } : { items };
}

function startAfter(all: { ARN: string }[], token: string): number {
  const arn = Buffer.from(token, 'base64').toString();
  const at = all.findIndex((item) => item.ARN === arn);
  if (at < 0) throw invalidNextToken();
  return at + 1;
}

interface CheckedFilter {
  Key: keyof typeof attributes | 'all';
  wanted: string[];
  unwanted: string[];
}

/** What each filter key looks at ("Filter", Secrets Manager API Reference). */
const attributes = lookupTable({
  name: (secret: Secret) => [secret.Name],
  description: (secret: Secret) => [secret.Description ?? ''],
  'tag-key': (secret: Secret) => Object.keys(secret.tags),
  'tag-value': (secret: Secret) => Object.values(secret.tags),
  'primary-region': (secret: Secret) => [secret.region],
  'owning-service': (secret: Secret) => [secret.OwningService ?? ''],
});

function checkedFilter({ Key, Values = [] }: Filter): CheckedFilter {
  if (Key === undefined || (Key !== 'all' && !(Key in attributes))) {
    throw validation(
      `1 validation error detected: Value '${Key}' at 'filters.1.member.key' failed to satisfy constraint: Member must satisfy enum value set: [all, name, tag-key, description, tag-value, primary-region, owning-service]`,
    );
  }
  if (Values.length < 1 || Values.length > 10) throw invalidParameter(`Invalid filter values for key: ${Key}`);
  return {
    Key,
    wanted: Values.filter((value) => !value.startsWith('!')),
    unwanted: Values.filter((value) => value.startsWith('!')).map((value) => value.slice(1)),
  };
}

function passes(secret: Secret, { Key, wanted, unwanted }: CheckedFilter): boolean {
  const has = (value: string): boolean => (Key === 'all' ? anywhere(secret, value) : prefixed(secret, Key, value));
  return (wanted.length === 0 || wanted.some(has)) && !unwanted.some(has);
}

function prefixed(secret: Secret, Key: keyof typeof attributes, value: string): boolean {
  const fold = (text: string): string => (Key === 'description' ? text.toLowerCase() : text);
  return attributes[Key](secret).some((text) => text !== '' && fold(text).startsWith(fold(value)));
}

/** `all`: "breaks the filter value string into words and then searches all attributes for matches. Not case-sensitive." */
function anywhere(secret: Secret, value: string): boolean {
  const texts = Object.values(attributes).flatMap((of) => of(secret).map((text) => text.toLowerCase()));
  const words = value
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  return words.some((word) => texts.some((text) => text.includes(word)));
}

const orders: Record<string, (a: Secret, b: Secret) => number> = lookupTable({
  'last-changed-date': (a, b) => a.changedMs - b.changedMs,
  'last-accessed-date': (a, b) => (a.accessedMs ?? 0) - (b.accessedMs ?? 0),
  'created-date': (a, b) => a.createdMs - b.createdMs,
});

function compare(a: Secret, b: Secret, by: string): number {
  return orders[by]?.(a, b) || (a.Name < b.Name ? -1 : 1);
}

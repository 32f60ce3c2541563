import type { Filter, Tag } from '@aws-sdk/client-ec2';
import { wildcard } from '../../../engines/patterns/wildcards.ts';
import { pageAt } from '../../../kernel/pages.ts';
import { invalidParameterValue } from '../errors.ts';

/** Filter names of a Describe operation, each with the dotted path of what it looks at; lists add nothing to the path. */
export type Filters = Readonly<Record<string, string>>;

interface ListingInput {
  Filters?: Filter[] | undefined;
  MaxResults?: number | undefined;
  NextToken?: string | undefined;
}

export interface Page<T> {
  page: T[];
  NextToken?: string;
}

/** What every Describe operation does: filters ("List and filter using the CLI and API", EC2 User Guide), then a page. */
export function list<T extends object>(records: T[], input: ListingInput, filters: Filters): Page<T> {
  return paged(filtered(records, input.Filters ?? [], filters), input);
}

export function filtered<T extends object>(records: T[], wanted: readonly Filter[], filters: Filters): T[] {
  const tests = wanted.map((filter) => testOf<T>(filter, filters));
  return records.filter((record) => tests.every((test) => test(record)));
}

/** In values `*` stands for any characters and `?` for one; a backslash takes their meaning away. */
function testOf<T extends object>({ Name = '', Values = [] }: Filter, filters: Filters): (record: T) => boolean {
  const patterns = Values.map((value) => wildcard(value, { escapes: true }));
  const matches = (value: unknown): boolean => patterns.some((pattern) => pattern(String(value)));
  if (Name.startsWith('tag:')) {
    const key = Name.slice(4);
    return (record) => tagsOf(record).some((tag) => tag.Key === key && matches(tag.Value ?? ''));
  }
  if (Name === 'tag-key') return (record) => tagsOf(record).some(({ Key }) => matches(Key));
  if (Name === 'tag-value') return (record) => tagsOf(record).some(({ Value }) => matches(Value));
  const path = Object.hasOwn(filters, Name) ? filters[Name] : undefined;
  if (path === undefined) throw invalidParameterValue(`The filter '${Name}' is invalid`);
  return (record) => valuesAt(record, path.split('.')).some(matches);
}

function tagsOf(record: object): Tag[] {
  return ('Tags' in record ? (record.Tags as Tag[] | undefined) : undefined) ?? [];
}

function valuesAt(value: unknown, path: readonly string[]): unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((element) => valuesAt(element, path));
  const [head, ...rest] = path;
  if (head === undefined) return [value];
  return typeof value === 'object' ? valuesAt((value as Record<string, unknown>)[head], rest) : [];
}

export function paged<T>(records: T[], { MaxResults, NextToken }: Omit<ListingInput, 'Filters'>): Page<T> {
  if (MaxResults !== undefined && (MaxResults < 5 || MaxResults > 1000))
    throw invalidParameterValue(
      `Value ( ${MaxResults} ) for parameter maxResults is invalid. Expecting a value between 5 and 1000.`,
    );
  const unknown = (token: string) => invalidParameterValue(`Invalid value '${token}' for nextToken.`);
  const { items, next } = pageAt(records, { token: NextToken, size: MaxResults ?? 1000, unknown });
  return { page: items, ...(next === undefined ? {} : { NextToken: next }) };
}

/** Records by the ids asked for, or all; an unknown one is refused as AWS refuses it. */
export function chosen<T>(ids: readonly string[] | undefined, find: (id: string) => T, all: () => T[]): T[] {
  return ids && ids.length > 0 ? [...new Set(ids)].map(find) : all();
}

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item } from '../behaviour/values.ts';
import { validation } from '../errors.ts';
import type { Placeholders } from './placeholders.ts';
import type { TokenReader } from './tokens.ts';

/** A document path: attribute, then members and list positions. */
export type DocumentPath = (string | number)[];

export function readPath(reader: TokenReader, placeholders: Placeholders): DocumentPath {
  const path: DocumentPath = [readName(reader, placeholders)];
  for (;;) {
    if (reader.take('.')) path.push(readName(reader, placeholders));
    else if (reader.take('[')) {
      if (reader.peek().kind !== 'number') throw reader.syntaxError();
      path.push(Number(reader.next().text));
      reader.expect(']');
    } else return path;
  }
}

function readName(reader: TokenReader, placeholders: Placeholders): string {
  const token = reader.peek();
  if (token.kind !== 'name' && token.kind !== 'placeholder') throw reader.syntaxError();
  reader.next();
  return placeholders.name(token.text, reader.what);
}

export function resolvePath(item: Item, path: DocumentPath): AttributeValue | undefined {
  let value: AttributeValue | undefined;
  for (let index = 0; index < path.length; index += 1) {
    const step = path[index];
    if (typeof step === 'number') value = value?.L?.[step];
    else {
      const map: Item | undefined = index === 0 ? item : value?.M;
      value = map && step !== undefined && Object.hasOwn(map, step) ? map[step] : undefined;
    }
    if (value === undefined) return undefined;
  }
  return value;
}

/** Two paths of one expression may not be the same, nor one lie inside the other, nor disagree on what a parent is. */
export function checkOverlap(paths: DocumentPath[], what: string): void {
  for (let index = 1; index < paths.length; index += 1) {
    for (let before = 0; before < index; before += 1) {
      const [one, other] = [paths[before] ?? [], paths[index] ?? []];
      const clash = clashOf(one, other);
      if (!clash) continue;
      const sentence = `Two document paths ${clash} with each other; must remove or rewrite one of these paths`;
      throw validation(`Invalid ${what}: ${sentence}; path one: ${formatPath(one)}, path two: ${formatPath(other)}`);
    }
  }
}

function clashOf(one: DocumentPath, other: DocumentPath): 'overlap' | 'conflict' | undefined {
  const shared = Math.min(one.length, other.length);
  for (let step = 0; step < shared; step += 1) {
    if (one[step] === other[step]) continue;
    return typeof one[step] === typeof other[step] ? undefined : 'conflict';
  }
  return 'overlap';
}

/** As the service writes a path in its sentences: [a, b, [0]]. */
export function formatPath(path: DocumentPath): string {
  return `[${path.map((step) => (typeof step === 'number' ? `[${step}]` : step)).join(', ')}]`;
}

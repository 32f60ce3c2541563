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
      const token = reader.peek();
      if (token.kind !== 'number') throw reader.syntaxError();
      reader.next();
      path.push(Number(token.text));
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
  let value: AttributeValue | undefined = { M: item };
  for (const step of path) {
    value = typeof step === 'number' ? value?.L?.[step] : value?.M?.[step];
    if (value === undefined) return undefined;
  }
  return value;
}

/** Puts a value at a path whose parent is there; undefined removes. Lists grow by one at their end. Changes `item`. */
export function assignPath(item: Item, path: DocumentPath, value: AttributeValue | undefined): void {
  const parent = resolvePath(item, path.slice(0, -1)) as AttributeValue | undefined;
  const last = path[path.length - 1];
  if (path.length === 1 && typeof last === 'string') {
    if (value === undefined) delete item[last];
    else item[last] = value;
    return;
  }
  if (typeof last === 'number' && parent?.L) {
    if (value === undefined) parent.L.splice(last, 1);
    else parent.L[Math.min(last, parent.L.length)] = value;
    return;
  }
  if (typeof last === 'string' && parent?.M) {
    if (value === undefined) delete parent.M[last];
    else parent.M[last] = value;
    return;
  }
  if (value === undefined && parent === undefined) return;
  throw validation('The document path provided in the update expression is invalid for update');
}

/** Two paths of one expression may not be the same, nor one lie inside the other. */
export function checkOverlap(paths: DocumentPath[], what: string): void {
  const texts = paths.map(formatPath);
  texts.forEach((one, index) => {
    for (const other of texts.slice(index + 1)) {
      const [short, long] = one.length <= other.length ? [one, other] : [other, one];
      if (long === short || long.startsWith(`${short}.`) || long.startsWith(`${short}[`)) {
        throw validation(
          `Invalid ${what}: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [${one}], path two: [${other}]`,
        );
      }
    }
  });
}

export function formatPath(path: DocumentPath): string {
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('');
}

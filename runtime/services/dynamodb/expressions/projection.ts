import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item } from '../behaviour/values.ts';
import { checkOverlap, type DocumentPath, readPath, resolvePath } from './paths.ts';
import type { Placeholders } from './placeholders.ts';
import { TokenReader } from './tokens.ts';

/** A ProjectionExpression: comma-separated document paths. */
export function parseProjection(text: string, placeholders: Placeholders): DocumentPath[] {
  const reader = new TokenReader(text, 'ProjectionExpression');
  const paths = [readPath(reader, placeholders)];
  while (reader.take(',')) paths.push(readPath(reader, placeholders));
  if (reader.peek().kind !== 'end') throw reader.syntaxError();
  checkOverlap(paths, 'ProjectionExpression');
  return paths;
}

/** The item with those paths alone; list elements close up in their order. */
export function project(item: Item, paths: DocumentPath[]): Item {
  const result: Item = {};
  const ordered = [...paths].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  for (const path of ordered) {
    const value = resolvePath(item, path);
    if (value !== undefined) place(result, path, value);
  }
  return result;
}

function place(item: Item, path: DocumentPath, value: AttributeValue): void {
  let holder: AttributeValue = { M: item };
  path.forEach((step, index) => {
    const last = index === path.length - 1;
    const next: AttributeValue = last ? value : typeof path[index + 1] === 'number' ? { L: [] } : { M: {} };
    if (typeof step === 'string' && holder.M) {
      holder.M[step] = last ? next : (holder.M[step] ?? next);
      holder = holder.M[step] ?? next;
    } else if (holder.L) {
      holder.L.push(next);
      holder = next;
    }
  });
}

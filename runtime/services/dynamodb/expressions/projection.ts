import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item } from '../behaviour/values.ts';
import { checkOverlap, type DocumentPath, readPath } from './paths.ts';
import type { Placeholders } from './placeholders.ts';
import { TokenReader } from './tokens.ts';

/** A ProjectionExpression: comma-separated document paths. */
export function parseProjection(text: string, placeholders: Placeholders): DocumentPath[] {
  const reader = new TokenReader(text, 'ProjectionExpression');
  const paths = [readPath(reader, placeholders)];
  while (reader.take(',')) paths.push(readPath(reader, placeholders));
  reader.expectEnd();
  checkOverlap(paths, 'ProjectionExpression');
  return paths;
}

/** What is wanted of a value: all of it, or these members or positions. */
type Wanted = true | Map<string | number, Wanted>;

/** The item with those paths alone; list elements close up in their order. */
export function project(item: Item, paths: DocumentPath[]): Item {
  return prune({ M: item }, wantedOf(paths))?.M ?? {};
}

function wantedOf(paths: DocumentPath[]): Wanted {
  const root = new Map<string | number, Wanted>();
  for (const path of paths) {
    let level = root;
    path.forEach((step, index) => {
      if (index === path.length - 1) level.set(step, true);
      else {
        const next = level.get(step);
        const inner = next instanceof Map ? next : new Map<string | number, Wanted>();
        level.set(step, inner);
        level = inner;
      }
    });
  }
  return root;
}

function prune(value: AttributeValue, wanted: Wanted): AttributeValue | undefined {
  if (wanted === true) return value;
  if (value.M !== undefined) {
    const map: Item = {};
    for (const [step, inner] of wanted) {
      const member = typeof step === 'string' && Object.hasOwn(value.M, step) ? value.M[step] : undefined;
      const kept = member && prune(member, inner);
      if (kept) map[step] = kept;
    }
    return Object.keys(map).length === 0 ? undefined : { M: map };
  }
  if (value.L === undefined) return undefined;
  const positions = [...wanted.keys()].filter((step) => typeof step === 'number').sort((a, b) => a - b);
  const list = positions.flatMap((position) => {
    const element = value.L?.[position];
    const kept = element && prune(element, wanted.get(position) ?? true);
    return kept ? [kept] : [];
  });
  return list.length === 0 ? undefined : { L: list };
}

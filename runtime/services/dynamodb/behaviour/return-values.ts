import { constraint, validation } from '../errors.ts';
import type { DocumentPath } from '../expressions/paths.ts';
import { project } from '../expressions/projection.ts';
import type { Item } from './values.ts';

const all = ['ALL_NEW', 'UPDATED_OLD', 'ALL_OLD', 'NONE', 'UPDATED_NEW'];

export function checkReturnValues(given: string | undefined, allowed: string[]): void {
  if (given === undefined || allowed.includes(given)) return;
  if (!all.includes(given))
    throw constraint(given, 'returnValues', `Member must satisfy enum value set: [${all.join(', ')}]`);
  throw validation('ReturnValues can only be ALL_OLD or NONE');
}

/** `paths`: what an update wrote, of which UPDATED_OLD and UPDATED_NEW tell the values. */
export function returned(
  wanted: string | undefined,
  { before, after }: { before: Item | undefined; after: Item | undefined },
  paths: DocumentPath[] | undefined,
): { Attributes?: Item } {
  const item =
    wanted === 'ALL_OLD' || wanted === 'UPDATED_OLD'
      ? before
      : wanted === 'ALL_NEW' || wanted === 'UPDATED_NEW'
        ? after
        : undefined;
  if (!item) return {};
  if (wanted === 'ALL_OLD' || wanted === 'ALL_NEW') return { Attributes: item };
  const Attributes = project(item, paths ?? []);
  return Object.keys(Attributes).length === 0 ? {} : { Attributes };
}

import { inconsistentQuantities } from '../errors.ts';

/** Everywhere a list has a Quantity, it is the list's length. */
export function checkQuantities(value: unknown): void {
  if (Array.isArray(value)) for (const one of value) checkQuantities(one);
  if (typeof value !== 'object' || value === null) return;
  const { Quantity, Items } = value as { Quantity?: unknown; Items?: unknown };
  if (typeof Quantity === 'number' && Quantity !== (Array.isArray(Items) ? Items.length : 0))
    throw inconsistentQuantities();
  for (const member of Object.values(value)) checkQuantities(member);
}

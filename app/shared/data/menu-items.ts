import type { Selectable } from 'kysely';
import { type Category, categories, currency, type Mark, type MenuItem } from '../menu.ts';
import type { Queries } from './database.ts';
import type { Tables } from './schema.ts';

/** The dishes on sale, in the menu's order. */
export async function readMenu(db: Queries): Promise<MenuItem[]> {
  const rows = await db.selectFrom('menu_items').selectAll().where('available', '=', 1).orderBy('position').execute();
  return rows.map(menuItemOf);
}

function menuItemOf({
  position: _,
  available: __,
  marks,
  allergens,
  category,
  ...row
}: Selectable<Tables['menu_items']>) {
  return {
    ...row,
    currency,
    category: categories.find((each) => each === category) ?? (categories[0] satisfies Category),
    marks: JSON.parse(marks) as Mark[],
    allergens: JSON.parse(allergens) as string[],
  };
}

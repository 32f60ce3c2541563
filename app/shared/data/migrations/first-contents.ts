import type { Kysely } from 'kysely';
import { menu } from '../../menu.ts';
import type { Tables } from '../schema.ts';

/** The restaurant as it opens: its menu, its tables, its hours and one page. All of it is edited from then on. */
export async function firstContents(db: Kysely<Tables>): Promise<void> {
  await db
    .insertInto('menu_items')
    .values(
      menu.map(({ currency: _, marks, allergens, ...item }, position) => ({
        ...item,
        position,
        marks: JSON.stringify(marks),
        allergens: JSON.stringify(allergens),
        available: 1,
      })),
    )
    .execute();
  await db
    .insertInto('dining_tables')
    .values(tables.map(([name, seats], index) => ({ id: index + 1, name, seats })))
    .execute();
  await db.insertInto('opening_hours').values(openingHours()).execute();
  const now = new Date();
  await db
    .insertInto('pages')
    .values({
      slug: 'the-slip',
      title: 'The slip and the fire',
      draft: story,
      published: story,
      published_title: 'The slip and the fire',
      updated_at: now,
      published_at: now,
    })
    .execute();
}

const tables: [name: string, seats: number][] = [
  ['Hatch one', 2],
  ['Hatch two', 2],
  ['Window', 2],
  ['Bollard', 4],
  ['Capstan', 4],
  ['Keel', 4],
  ['Lamp room', 6],
  ['Long table', 8],
];

/** Supper from Tuesday to Sunday (0 is Sunday), and lunch at the weekend. */
function openingHours(): Tables['opening_hours'][] {
  const supper = [2, 3, 4, 5, 6, 0].map((weekday) => ({ weekday, opens: 17 * 60, closes: 22 * 60 }));
  const lunch = [6, 0].map((weekday) => ({ weekday, opens: 12 * 60, closes: 15 * 60 }));
  return [...supper, ...lunch];
}

const story = `For a hundred and ten years a chain ferry crossed here, and people waited for it in the shed. The ferry is gone.
The shed has a hearth in it now.

## What we cook on
Oak and apple wood, and nothing else. The fire is lit at three and is ready when you are, at five.

## Where it comes from
- Oysters and mussels from the beds across the channel
- Lamb from the salt marsh, two fields up
- Fish from whoever landed it this morning

## Getting here
Walk to the end of Lamp Lane. At a spring tide, come by the *upper* path: the lower one belongs to the river for an hour
either side of high water.

[Book a table](/reserve.html) or [see the menu](/#menu).
`;

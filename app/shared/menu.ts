export const currency = 'GBP';

export const categories = ['Low tide', 'High tide', 'Alongside', 'Slack water', 'In the glass'] as const;

export type Category = (typeof categories)[number];

export type Mark = 'vegan' | 'vegetarian' | 'gluten-free';

/** A dish as the menu route returns it. `price` is in minor units of `currency` (pence), so that no sum is ever rounded. */
export type MenuItem = {
  sku: string;
  name: string;
  description: string;
  price: number;
  currency: string;
  category: Category;
  marks: Mark[];
  allergens: string[];
  image: string;
};

export const menu: readonly MenuItem[] = [
  dish('oysters', 'Low tide', 1450, 'Six rock oysters', {
    description: 'From the beds you can see at low water. Shallot vinegar, lemon, nothing to hide behind.',
    marks: ['gluten-free'],
    allergens: ['molluscs', 'sulphites'],
  }),
  dish('samphire-fritters', 'Low tide', 750, 'Samphire fritters', {
    description: 'Picked off the sea wall this morning, fried in a batter that shatters. Lemon and pepper.',
    marks: ['vegan'],
    allergens: ['gluten'],
  }),
  dish('chowder', 'Low tide', 950, 'Ferryman’s chowder', {
    description: 'Smoked haddock, leeks, potatoes and cream. What the crew ate while they waited.',
    marks: ['gluten-free'],
    allergens: ['fish', 'milk'],
  }),
  dish('ember-beetroot', 'Low tide', 850, 'Ember beetroot', {
    description: 'Buried in the coals until sweet, with whipped ewe’s curd, hazelnuts and dill.',
    marks: ['vegetarian', 'gluten-free'],
    allergens: ['milk', 'nuts'],
  }),
  dish('mackerel', 'High tide', 1650, 'Mackerel over coals', {
    description: 'A whole fish, blistered skin, gooseberries and new potatoes. Mind the bones.',
    marks: ['gluten-free'],
    allergens: ['fish'],
  }),
  dish('mussels', 'High tide', 1750, 'Bucket of mussels', {
    description: 'A kilo, steamed in dry cider with bacon and thyme. Bread for the bottom of the bucket.',
    marks: [],
    allergens: ['molluscs', 'gluten', 'sulphites'],
  }),
  dish('marsh-lamb', 'High tide', 2150, 'Salt-marsh lamb', {
    description: 'Shoulder cooked overnight in the bread oven, on a flatbread with mint and pickled onion.',
    marks: [],
    allergens: ['gluten', 'milk'],
  }),
  dish('mushroom-pie', 'High tide', 1550, 'Hearth mushroom pie', {
    description: 'Field mushrooms and ale under a proper lid. Needs no gravy, comes with some anyway.',
    marks: ['vegetarian'],
    allergens: ['gluten', 'milk', 'eggs'],
  }),
  dish('charred-hispi', 'High tide', 1450, 'Charred hispi and beans', {
    description: 'A pointed cabbage taken nearly too far, butter beans, green sauce, toasted seeds.',
    marks: ['vegan', 'gluten-free'],
    allergens: ['mustard'],
  }),
  dish('chips', 'Alongside', 450, 'Sea-salt chips', {
    description: 'Cut by hand, fried twice. The salt is from the next creek along.',
    marks: ['vegan', 'gluten-free'],
    allergens: [],
  }),
  dish('sourdough', 'Alongside', 500, 'Sourdough, seaweed butter', {
    description: 'Half a loaf, still warm, with butter the colour of the harbour.',
    marks: ['vegetarian'],
    allergens: ['gluten', 'milk'],
  }),
  dish('rhubarb-tart', 'Slack water', 750, 'Rhubarb and custard tart', {
    description: 'Pink, sharp, wobbling slightly. One slice is the polite amount.',
    marks: ['vegetarian'],
    allergens: ['gluten', 'milk', 'eggs'],
  }),
  dish('honey-ice', 'Slack water', 650, 'Burnt honey ice cream', {
    description: 'Heather honey taken to the edge of bitter. Two scoops and a shard of honeycomb.',
    marks: ['vegetarian', 'gluten-free'],
    allergens: ['milk', 'eggs'],
  }),
  dish('lemonade', 'In the glass', 400, 'Lamp-room lemonade', {
    description: 'Whole lemons, bay leaf, very cold. Cloudy like the morning.',
    marks: ['vegan', 'gluten-free'],
    allergens: [],
  }),
  dish('blackcurrant-shrub', 'In the glass', 450, 'Blackcurrant shrub', {
    description: 'Currants, cider vinegar and soda. Tart enough to wake the ferryman.',
    marks: ['vegan', 'gluten-free'],
    allergens: ['sulphites'],
  }),
];

const bySku = new Map(menu.map((item) => [item.sku, item]));

export function menuItem(sku: string): MenuItem | undefined {
  return bySku.get(sku);
}

function dish(
  sku: string,
  category: Category,
  price: number,
  name: string,
  rest: Pick<MenuItem, 'description' | 'marks' | 'allergens'>,
): MenuItem {
  return { sku, name, price, currency, category, image: `/images/${sku}.svg`, ...rest };
}

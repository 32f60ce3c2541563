import { basket, basketLimits } from './basket.js';
import { announce, byId, h } from './dom.js';
import { formatMoney, list } from './money.js';

const marks = {
  vegan: { short: 'Ve', long: 'Vegan' },
  vegetarian: { short: 'V', long: 'Vegetarian' },
  'gluten-free': { short: 'GF', long: 'Gluten free' },
};

export function showMenuLoading() {
  const shapes = Array.from({ length: 6 }, () => h('li', { class: 'dish waiting', 'aria-hidden': 'true' }));
  byId('dishes').setAttribute('aria-busy', 'true');
  byId('dishes').replaceChildren(
    h('p', { class: 'visually-hidden' }, 'The menu is on its way.'),
    h('ul', { class: 'dish-list' }, shapes),
  );
}

export function showMenuError(error, retry) {
  byId('dishes').setAttribute('aria-busy', 'false');
  const button = h('button', { class: 'button', type: 'button', onclick: retry }, 'Ask again');
  byId('dishes').replaceChildren(
    h(
      'div',
      { class: 'sorry', role: 'alert' },
      h('img', { src: '/images/adrift.svg', width: 200, height: 140, alt: '' }),
      h('h2', {}, 'The menu board has drifted off'),
      h('p', {}, `${error.message}. Nothing in your basket is lost.`),
      button,
    ),
  );
}

/** Draws the menu by category, and follows the diet boxes. */
export function showMenu(menu) {
  byId('dishes').setAttribute('aria-busy', 'false');
  const categories = [...new Set(menu.items.map((item) => item.category))];
  byId('categories').replaceChildren(...categories.map((category) => h('a', { href: `#${slug(category)}` }, category)));
  const boxes = [...byId('diets').querySelectorAll('input')];
  const draw = () => {
    const wanted = boxes.filter((box) => box.checked).map((box) => box.value);
    const shown = menu.items.filter((item) => wanted.every((mark) => suits(item, mark)));
    byId('dishes').replaceChildren(...(shown.length > 0 ? sections(categories, shown) : [nothingSuits(boxes, draw)]));
    return shown.length;
  };
  draw();
  for (const box of boxes) box.onchange = () => announce(`${draw()} dishes shown`);
}

function sections(categories, items) {
  return categories
    .map((category) => ({ category, inIt: items.filter((item) => item.category === category) }))
    .filter(({ inIt }) => inIt.length > 0)
    .map(({ category, inIt }) =>
      h(
        'section',
        { class: 'category', id: slug(category), 'aria-labelledby': `${slug(category)}-title`, tabindex: -1 },
        h('h2', { id: `${slug(category)}-title` }, category),
        h('ul', { class: 'dish-list' }, inIt.map(dishCard)),
      ),
    );
}

function dishCard(item) {
  return h(
    'li',
    { class: `dish ${slug(item.category)}`, 'data-sku': item.sku },
    h('img', { class: 'dish-picture', src: item.image, width: 320, height: 240, alt: '', loading: 'lazy' }),
    h(
      'div',
      { class: 'dish-words' },
      h('h3', {}, item.name),
      h('p', { class: 'dish-description' }, item.description),
      h(
        'p',
        { class: 'dish-facts' },
        item.marks.map(markOf),
        h('span', {}, item.allergens.length > 0 ? `Contains ${list(item.allergens)}` : 'No listed allergens'),
      ),
    ),
    h(
      'div',
      { class: 'dish-order' },
      h('span', { class: 'price' }, formatMoney(item.price, item.currency)),
      addControl(item),
    ),
  );
}

function markOf(mark) {
  const { short, long } = marks[mark];
  return h(
    'span',
    { class: 'mark', title: long },
    h('span', { 'aria-hidden': 'true' }, short),
    h('span', { class: 'visually-hidden' }, long),
  );
}

/** An Add button that becomes a stepper in its place, and follows the basket wherever it is changed. */
function addControl(item) {
  const control = h('div', { class: 'add' });
  const draw = () => {
    const focused = control.contains(document.activeElement);
    const quantity = basket.quantityOf(item.sku);
    control.replaceChildren(quantity === 0 ? addButton(item) : stepper(item, quantity));
    if (focused) control.querySelector('[data-main]')?.focus();
  };
  draw();
  const follow = () => (control.isConnected ? draw() : basket.removeEventListener('change', follow));
  basket.addEventListener('change', follow);
  return control;
}

function addButton(item) {
  const add = () => {
    basket.set(item.sku, 1);
    announce(`${item.name} is in the basket`);
  };
  const name = `Add ${item.name}, ${formatMoney(item.price, item.currency)}`;
  return h(
    'button',
    { class: 'button small', type: 'button', 'data-main': true, 'aria-label': name, onclick: add },
    'Add',
  );
}

/** − n +, with the number read out as it changes. Also the basket's. */
export function stepper(item, quantity) {
  const step = (by) => () => {
    basket.set(item.sku, quantity + by);
    announce(quantity + by === 0 ? `${item.name} removed` : `${item.name}: ${quantity + by}`);
  };
  const button = (sign, words, by, properties) =>
    h('button', { type: 'button', 'aria-label': `${words} ${item.name}`, onclick: step(by), ...properties }, sign);
  return h(
    'div',
    { class: 'stepper', role: 'group', 'aria-label': `${item.name}, quantity` },
    button('−', quantity === 1 ? 'Remove' : 'One fewer', -1, { 'data-key': `fewer-${item.sku}` }),
    h('span', { class: 'quantity' }, String(quantity)),
    button('+', 'One more', 1, {
      'data-key': `more-${item.sku}`,
      'data-main': true,
      disabled: quantity >= basketLimits.quantity,
    }),
  );
}

function nothingSuits(boxes, draw) {
  const clear = () => {
    for (const box of boxes) box.checked = false;
    draw();
    boxes[0].focus();
  };
  return h(
    'div',
    { class: 'sorry' },
    h('h2', {}, 'Nothing suits all of that'),
    h('p', {}, 'Ring the hatch and the kitchen will think of something.'),
    h('button', { class: 'button', type: 'button', onclick: clear }, 'Show everything'),
  );
}

function suits(item, mark) {
  return item.marks.includes(mark) || (mark === 'vegetarian' && item.marks.includes('vegan'));
}

/** A category's name as an id and a class. */
export function slug(category) {
  return category.toLowerCase().replaceAll(' ', '-');
}

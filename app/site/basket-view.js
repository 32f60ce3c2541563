import { basket } from './basket.js';
import { announce, byId, h, redraw } from './dom.js';
import { slug, stepper } from './menu-view.js';
import { formatMoney } from './money.js';

/** Keeps the basket's button, drawer and checkout summary true. Returns what to call when the menu has arrived. */
export function followBasket() {
  let bySku = new Map();
  let currency = 'GBP';
  const draw = () => {
    drawButton();
    const lines = basket.items.flatMap(({ sku, quantity }) => {
      const item = bySku.get(sku);
      return item ? [{ item, quantity }] : [];
    });
    const total = formatMoney(totalOf(lines), currency);
    redraw(byId('basket-body'), lines.length > 0 ? filled(lines, total) : emptyBasket(), byId('basket-title'));
    byId('summary').replaceChildren(...summary(lines, total));
    byId('send-order').textContent = `Send the order · ${total}`;
  };
  basket.addEventListener('change', draw);
  connectDrawer();
  draw();
  return (menu) => {
    currency = menu.currency ?? currency;
    bySku = new Map(menu.items.map((item) => [item.sku, item]));
    if (basket.keepOnly(new Set(bySku.keys())) > 0) announce('A dish in your basket is off the menu and was taken out');
    draw();
  };
}

export function closeBasket() {
  byId('basket').close();
}

function drawButton() {
  const { count } = basket;
  byId('basket-count').textContent = String(count);
  byId('basket-count-words').textContent = count === 0 ? ', empty' : `, ${count} ${count === 1 ? 'dish' : 'dishes'}`;
  byId('open-basket').classList.toggle('full', count > 0);
}

function connectDrawer() {
  const drawer = byId('basket');
  byId('open-basket').addEventListener('click', () => drawer.showModal());
  byId('close-basket').addEventListener('click', () => drawer.close());
  // A click on the dialog element itself is one on its backdrop: its content covers the rest.
  drawer.addEventListener('click', (event) => event.target === drawer && drawer.close());
}

function filled(lines, total) {
  return [
    h('ul', { class: 'basket-lines' }, lines.map(basketLine)),
    h('p', { class: 'total' }, h('span', {}, 'Total'), h('strong', {}, total)),
    h(
      'p',
      { class: 'basket-go' },
      h('a', { class: 'button', href: '#/checkout', 'data-key': 'checkout' }, 'To checkout'),
    ),
  ];
}

function basketLine({ item, quantity }) {
  const remove = () => {
    basket.set(item.sku, 0);
    announce(`${item.name} removed`);
  };
  return h(
    'li',
    {},
    h('img', { class: slug(item.category), src: item.image, width: 72, height: 54, alt: '' }),
    h('span', { class: 'line-name' }, item.name),
    h('span', { class: 'line-price' }, formatMoney(item.price * quantity, item.currency)),
    stepper(item, quantity),
    h(
      'button',
      {
        class: 'quiet remove',
        type: 'button',
        'data-key': `remove-${item.sku}`,
        'aria-label': `Remove ${item.name} from the basket`,
        onclick: remove,
      },
      'Remove',
    ),
  );
}

function emptyBasket() {
  return [
    h(
      'div',
      { class: 'sorry' },
      h('img', { src: '/images/empty-plate.svg', width: 200, height: 140, alt: '' }),
      h('p', {}, 'An empty plate. The chips are a good start.'),
      h('button', { class: 'button', type: 'button', onclick: closeBasket }, 'Back to the menu'),
    ),
  ];
}

function summary(lines, total) {
  if (lines.length === 0) return [h('p', {}, 'Nothing yet. ', h('a', { href: '#/' }, 'Choose a dish or two'), '.')];
  return [
    h(
      'ul',
      { class: 'ticket-lines' },
      lines.map(({ item, quantity }) =>
        h(
          'li',
          {},
          h('span', { class: 'times' }, `${quantity} ×`),
          h('span', {}, item.name),
          h('span', { class: 'line-price' }, formatMoney(item.price * quantity, item.currency)),
        ),
      ),
    ),
    h('p', { class: 'total' }, h('span', {}, 'Total'), h('strong', {}, total)),
  ];
}

function totalOf(lines) {
  return lines.reduce((sum, { item, quantity }) => sum + item.price * quantity, 0);
}

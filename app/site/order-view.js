import { fetchOrder } from './api.js';
import { announce, byId, h } from './dom.js';
import { formatMoney } from './money.js';

const firstDelayMs = 350;
const longestDelayMs = 6_000;
const slowAfterMs = 20_000;

/**
 * Follows an order until it is confirmed or turns out not to exist: asks often at first, then ever less, at once when
 * the line or the tab comes back. Returns a function that stops.
 */
export function followOrder(orderId) {
  const startedAt = Date.now();
  let delayMs = firstDelayMs;
  let timer;
  let stopped = false;
  let asking = false;
  let shown = '';
  let lastSeen;

  const ask = async () => {
    clearTimeout(timer);
    if (stopped || asking || document.hidden) return;
    asking = true;
    const next = await nextState(orderId, Date.now() - startedAt);
    asking = false;
    if (stopped) return;
    lastSeen = next.order ?? lastSeen;
    next.order = lastSeen;
    if (next.kind !== shown) {
      draw(orderId, next);
      if (shown !== '' || next.kind !== 'received') announce(next.words);
      shown = next.kind;
    }
    if (next.final) return stop();
    timer = setTimeout(ask, delayMs);
    delayMs = Math.min(delayMs * 1.5, longestDelayMs);
  };
  const askNow = () => {
    delayMs = firstDelayMs;
    ask();
  };
  const stop = () => {
    stopped = true;
    clearTimeout(timer);
    removeEventListener('online', askNow);
    document.removeEventListener('visibilitychange', askNow);
  };

  addEventListener('online', askNow);
  document.addEventListener('visibilitychange', askNow);
  draw(orderId, { kind: 'asking', words: 'Asking the kitchen…' });
  ask();
  return stop;
}

const wordsOf = {
  confirmed: 'Confirmed. The fire is lit and your supper is on it.',
  cooking: 'It is over the fire now.',
  ready: 'It is ready, and warm. Come to the hatch.',
  collected: 'You have it. We hope it was good.',
  cancelled: 'This order was cancelled. If that surprises you, ring the hatch.',
};
const titleOf = { ready: 'Supper is ready', collected: 'Supper was had', cancelled: 'Supper is off' };

async function nextState(orderId, waitedMs) {
  try {
    const order = await fetchOrder(orderId);
    const words = wordsOf[order.status];
    // What the kitchen does after it has confirmed is told on a later visit; nobody is kept waiting for it here.
    if (words) return { kind: 'confirmed', title: titleOf[order.status], order, final: true, words };
    if (waitedMs > slowAfterMs) {
      return { kind: 'slow', order, words: 'Still in the queue. The kitchen is busy tonight; your order is safe.' };
    }
    return { kind: 'received', order, words: 'We have it. The kitchen is adding it up.' };
  } catch (error) {
    if (error.status === 404) return { kind: 'unknown', final: true, words: 'We have no order under this number.' };
    return { kind: 'lost', words: 'We lost sight of the kitchen. Your order is safe; we keep looking.' };
  }
}

/** Draws into what is there already, so that the boat sails to its next stop instead of appearing at it. */
function draw(orderId, { kind, title, order, words }) {
  byId('order-title').textContent = title ?? titles[kind] ?? 'Your order';
  const body = byId('order-body');
  if (kind === 'unknown') return body.replaceChildren(unknownOrder());
  if (kind === 'asking') body.replaceChildren(...emptyPage());
  const reached = kind === 'confirmed' ? 'confirmed' : order ? 'received' : 'sent';
  body.querySelector('.order-words').textContent = words;
  body.querySelector('.crossing').className = `crossing at-${reached}`;
  body.querySelector('ol').replaceChildren(...stops(reached));
  body.querySelector('.ticket').replaceChildren(...ticket(orderId, order));
}

function emptyPage() {
  return [
    h('p', { class: 'order-words' }),
    h(
      'div',
      { class: 'crossing' },
      h('img', { class: 'boat', src: '/images/boat.svg', width: 72, height: 56, alt: '' }),
      h('ol', { 'aria-label': 'Progress' }),
    ),
    h('div', { class: 'ticket order-ticket' }),
    h('p', {}, h('a', { class: 'quiet', href: '#/' }, 'Order something else')),
  ];
}

const titles = { confirmed: 'Supper is on', unknown: 'No such ticket', received: 'Got it', slow: 'Got it' };

/** The steps of an order, as the stops of a crossing: the boat is decoration, the list says it. */
function stops(reached) {
  const steps = ['sent', 'received', 'confirmed'];
  const at = steps.indexOf(reached);
  const state = (index) => (index < at || reached === 'confirmed' ? 'done' : index === at ? 'now' : 'ahead');
  return steps.map((step, index) =>
    h(
      'li',
      { class: state(index), 'aria-current': index === at ? 'step' : undefined },
      step[0].toUpperCase() + step.slice(1),
      state(index) === 'done' && h('span', { class: 'visually-hidden' }, ', done'),
    ),
  );
}

function ticket(orderId, order) {
  return [
    h('p', { class: 'ticket-number' }, h('span', {}, 'Ticket'), h('strong', {}, orderId.slice(-5).toUpperCase())),
    order?.lines ? pricedLines(order) : h('p', { class: 'pricing' }, 'Prices appear here in a moment.'),
    h('p', { class: 'small-print' }, times(order), h('br'), h('span', { class: 'order-id' }, orderId)),
  ];
}

function pricedLines({ lines, total, currency }) {
  return h(
    'div',
    {},
    h(
      'ul',
      { class: 'ticket-lines' },
      lines.map(({ name, quantity, linePrice }) =>
        h(
          'li',
          {},
          h('span', { class: 'times' }, `${quantity} ×`),
          h('span', {}, name),
          h('span', { class: 'line-price' }, formatMoney(linePrice, currency)),
        ),
      ),
    ),
    h('p', { class: 'total' }, h('span', {}, 'Total'), h('strong', {}, formatMoney(total, currency))),
  );
}

function times(order) {
  if (!order) return '';
  const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const received = `Received ${time.format(new Date(order.receivedAt))}`;
  return order.confirmedAt ? `${received} · confirmed ${time.format(new Date(order.confirmedAt))}` : received;
}

function unknownOrder() {
  return h(
    'div',
    { class: 'sorry' },
    h('img', { src: '/images/adrift.svg', width: 200, height: 140, alt: '' }),
    h('p', {}, 'We have no order under this number. Check the address, or start a fresh one.'),
    h('a', { class: 'button', href: '#/' }, 'Go to the menu'),
  );
}

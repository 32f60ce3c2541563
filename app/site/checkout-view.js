import { openAttempt, sendOrder } from './attempt.js';
import { basket } from './basket.js';
import { byId, h } from './dom.js';
import { keep, recall } from './keep.js';

/** The form's fields: where the API says they are, and what we can tell before asking it. */
const fields = {
  name: { path: 'customer.name', check: (text) => (text ? '' : 'We need a name to call out.') },
  email: { path: 'customer.email', check: checkEmail },
  phone: { path: 'customer.phone', check: checkPhone },
  note: { path: 'note', check: () => '' },
};

const noteLimit = 500;

/** Makes the checkout form work. `onPlaced` is called with the API's answer once the order is in. */
export function connectCheckout({ onPlaced }) {
  restoreDraft();
  const form = byId('checkout-form');
  form.addEventListener('input', ({ target }) => {
    keepDraft();
    if (target.getAttribute('aria-invalid')) showError(target.name, fields[target.name].check(target.value.trim()));
  });
  form.addEventListener('focusout', ({ target }) => {
    const check = fields[target.name]?.check;
    if (check && target.value !== '') showError(target.name, check(target.value.trim()));
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submit(onPlaced);
  });
}

function submit(onPlaced) {
  showNotice();
  const names = Object.keys(fields);
  for (const name of names) showError(name, fields[name].check(textOf(name)));
  if (focusFirstError()) return;
  if (basket.count === 0)
    return showNotice(h('p', {}, 'The basket is empty. ', h('a', { href: '#/' }, 'Choose a dish'), '.'));
  const body = JSON.stringify(readOrder());
  const open = openAttempt();
  if (open && open.body !== body) return askAboutOpenAttempt({ open, body, onPlaced });
  return send(body, onPlaced);
}

async function send(body, onPlaced) {
  const button = byId('send-order');
  if (button.getAttribute('aria-disabled') === 'true') return;
  const label = button.textContent;
  showNotice();
  button.focus({ preventScroll: true });
  button.setAttribute('aria-disabled', 'true');
  button.textContent = 'Sending…';
  try {
    const answer = await sendOrder(body);
    keep('localStorage', 'lastOrder', { orderId: answer.orderId, at: Date.now() });
    byId('note').value = '';
    keepDraft();
    basket.empty();
    onPlaced(answer);
  } catch (error) {
    showFailure(error, () => send(body, onPlaced));
  } finally {
    button.removeAttribute('aria-disabled');
    if (basket.count > 0) button.textContent = label;
  }
}

function showFailure(error, retry) {
  const errors = error.problem?.errors ?? [];
  const elsewhere = [];
  for (const { field, detail } of errors) {
    const name = Object.keys(fields).find((key) => fields[key].path === field);
    if (name) showError(name, detail);
    else elsewhere.push(detail);
  }
  if (errors.length > 0 && elsewhere.length === 0) return void focusFirstError();
  if (error.uncertain) {
    const words = navigator.onLine
      ? 'We did not hear back from the kitchen. Trying again is safe: it will never take this order twice.'
      : 'You are offline. Your order is kept here; send it when the line is back. It is never taken twice.';
    const button = h('button', { class: 'button small', type: 'button', onclick: retry }, 'Try again');
    return showNotice(h('p', {}, words), button);
  }
  const basketTrouble = errors.some(({ field }) => field.startsWith('items'));
  const words = elsewhere.length > 0 ? [...new Set(elsewhere)].join(' ') : error.message;
  return showNotice(h('p', {}, basketTrouble ? `About the basket: ${words}` : words));
}

/** An earlier order is unanswered and this is another: sent as it is, both might be cooked. The customer decides. */
function askAboutOpenAttempt({ open, body, onPlaced }) {
  const choose = (chosen) => () => send(chosen, onPlaced);
  showNotice(
    h('p', {}, 'You sent an order earlier and we never heard whether it arrived. This one is different.'),
    h('button', { class: 'button small', type: 'button', onclick: choose(open.body) }, 'Send the earlier one'),
    h('button', { class: 'button small second', type: 'button', onclick: choose(body) }, 'Send this as a new order'),
  );
}

function readOrder() {
  const note = textOf('note');
  const customer = { name: textOf('name'), email: textOf('email'), phone: textOf('phone') };
  return { customer, items: basket.items, ...(note === '' ? {} : { note }) };
}

function showError(name, detail) {
  const input = byId(name);
  byId(`${name}-error`).textContent = detail;
  if (detail === '') input.removeAttribute('aria-invalid');
  else input.setAttribute('aria-invalid', 'true');
}

function focusFirstError() {
  const first = byId('checkout-form').querySelector('[aria-invalid="true"]');
  first?.focus();
  return first !== null;
}

function showNotice(...children) {
  const notice = byId('form-notice');
  notice.hidden = children.length === 0;
  notice.replaceChildren(...children);
  notice.querySelector('button')?.focus();
}

function textOf(name) {
  return byId(name).value.trim();
}

function restoreDraft() {
  const draft = recall('sessionStorage', 'draft') ?? {};
  for (const name of Object.keys(fields)) {
    if (typeof draft[name] === 'string') byId(name).value = draft[name];
  }
  showNoteCount();
}

function keepDraft() {
  keep('sessionStorage', 'draft', Object.fromEntries(Object.keys(fields).map((name) => [name, byId(name).value])));
  showNoteCount();
}

function showNoteCount() {
  byId('note-count').textContent = `${noteLimit - byId('note').value.length} characters left`;
}

function checkEmail(text) {
  if (!text) return 'We need an e-mail address.';
  return /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(text) ? '' : 'Not an e-mail address yet.';
}

function checkPhone(text) {
  if (!text) return 'We need a phone number.';
  const digits = text.replace(/\D/g, '').length;
  return /^\+?[\d\s().\-/]+$/.test(text) && digits >= 5 ? '' : 'Not a phone number yet.';
}

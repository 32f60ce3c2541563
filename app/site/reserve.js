// The booking page's story: choose a day and how many, see the times that are free, say who; or follow a table that was
// booked, by the address's hash (#/res_…).
import { fetchHours, fetchTimes } from './api.js';
import { sendReservation } from './attempt.js';
import { announce, byId, h } from './dom.js';
import { showHours } from './hours-view.js';
import { showReservation } from './reservation-view.js';
import { showSiteNav } from './site-nav.js';

const mostGuests = 8;
const texts = { name: 'guest.name', email: 'guest.email', phone: 'guest.phone', note: 'note' };
const needs = {
  name: 'We need a name to keep the table under.',
  email: 'We need an e-mail address.',
  phone: 'We need a phone number.',
};
let asked = 0;

byId('party').append(...Array.from({ length: mostGuests }, (_, n) => h('option', { value: n + 1 }, `${n + 1}`)));
byId('party').value = '2';
byId('day').addEventListener('change', loadTimes);
byId('party').addEventListener('change', loadTimes);
byId('booking-form').addEventListener('input', ({ target }) => showError(target.name, ''));
byId('booking-form').addEventListener('submit', (event) => {
  event.preventDefault();
  book();
});
addEventListener('hashchange', () => show({ moveFocus: true }));
show({ moveFocus: false });
showSiteNav();
start();

async function start() {
  try {
    const hours = await fetchHours();
    showHours(byId('hours'), hours);
    byId('day').min = hours.today;
    byId('day').value ||= nextOpenDay(hours);
  } catch (error) {
    byId('hours').replaceChildren(h('p', {}, `${error.message}. Ring the hatch, or look in again shortly.`));
    byId('day').value ||= new Date().toISOString().slice(0, 10);
  }
  await loadTimes();
}

function nextOpenDay({ today, hours, closures }) {
  for (let ahead = 1; ahead < 14; ahead += 1) {
    const date = new Date(`${today}T00:00:00Z`);
    date.setUTCDate(date.getUTCDate() + ahead);
    const day = date.toISOString().slice(0, 10);
    const open = hours.some(({ weekday }) => weekday === date.getUTCDay());
    if (open && !closures.some((closure) => closure.day === day)) return day;
  }
  return today;
}

/** Only the answer to the latest question is shown, however the answers arrive. */
async function loadTimes() {
  asked += 1;
  const mine = asked;
  byId('times').setAttribute('aria-busy', 'true');
  showError('time', '');
  const chosen = chosenTime();
  try {
    const { closed, times } = await fetchTimes({ day: byId('day').value, party: byId('party').value });
    if (mine !== asked) return;
    byId('time-choices').replaceChildren(
      ...(closed ? [h('p', { class: 'closed' }, closed)] : times.map((each) => timeChoice(each, chosen))),
    );
    const free = times.filter((each) => each.free).length;
    announce(closed ?? (free === 0 ? 'Every table is taken that day' : `${free} times are free`));
    if (!closed && free === 0) showError('time', 'Every table is taken that day.');
  } catch (error) {
    if (mine !== asked) return;
    const retry = h('button', { class: 'button small second', type: 'button', onclick: loadTimes }, 'Ask again');
    byId('time-choices').replaceChildren(h('p', { class: 'closed' }, `${error.message}.`), retry);
  }
  byId('times').setAttribute('aria-busy', 'false');
}

function timeChoice({ time, free }, chosen) {
  const input = h('input', { type: 'radio', name: 'time', value: time, disabled: !free });
  input.checked = free && time === chosen;
  return h('label', {}, input, h('span', {}, time, !free && h('span', { class: 'visually-hidden' }, ', taken')));
}

function chosenTime() {
  return byId('booking-form').querySelector('input[name=time]:checked')?.value;
}

async function book() {
  showNotice('');
  for (const field of ['day', 'party', 'time', ...Object.keys(texts)]) showError(field, '');
  const time = chosenTime();
  if (!time) showError('time', 'Choose one of the times.');
  for (const [name, words] of Object.entries(needs)) if (textOf(name) === '') showError(name, words);
  if (focusFirstError()) return;
  const button = byId('book');
  if (button.getAttribute('aria-disabled') === 'true') return;
  button.setAttribute('aria-disabled', 'true');
  button.textContent = 'Asking for it…';
  try {
    const { reservationId } = await sendReservation(JSON.stringify(wanted(time)));
    location.hash = `#/${reservationId}`;
  } catch (error) {
    await showFailure(error);
  } finally {
    button.removeAttribute('aria-disabled');
    button.textContent = 'Book the table';
  }
}

function wanted(time) {
  const guest = { name: textOf('name'), email: textOf('email'), phone: textOf('phone') };
  const note = textOf('note');
  return { day: byId('day').value, time, party: Number(byId('party').value), guest, ...(note === '' ? {} : { note }) };
}

async function showFailure(error) {
  if (error.status === 409) await loadTimes();
  for (const { field, detail } of error.problem?.errors ?? []) {
    const name = Object.keys(texts).find((key) => texts[key] === field) ?? field;
    if (document.getElementById(`${name}-error`)) showError(name, detail);
  }
  if (error.status === 409) showError('time', 'Someone was a moment quicker. These times are still free.');
  if (focusFirstError()) return;
  showNotice(
    error.uncertain
      ? 'We did not hear back. Press the button again: the same table is never booked twice.'
      : `${error.message}.`,
  );
}

function showNotice(words) {
  byId('booking-notice').hidden = words === '';
  byId('booking-notice').replaceChildren(h('p', {}, words));
}

function showError(name, detail) {
  byId(`${name}-error`).textContent = detail;
  const control = name === 'time' ? byId('times') : byId(name);
  if (detail === '') control.removeAttribute('data-wrong');
  else control.setAttribute('data-wrong', '');
  if (name === 'time') return;
  if (detail === '') control.removeAttribute('aria-invalid');
  else control.setAttribute('aria-invalid', 'true');
}

function focusFirstError() {
  const first = byId('booking-form').querySelector('[data-wrong]');
  const control = first?.id === 'times' ? (first.querySelector('input:enabled') ?? byId('day')) : first;
  control?.focus();
  return Boolean(first);
}

function textOf(name) {
  return byId(name).value.trim();
}

function show({ moveFocus }) {
  const [, id] = /^#\/(res_\w+)$/.exec(location.hash) ?? [];
  byId('booking-view').hidden = Boolean(id);
  byId('reservation-view').hidden = !id;
  if (id) showReservation(id);
  else if (moveFocus) loadTimes();
  if (!moveFocus) return;
  scrollTo(0, 0);
  byId(id ? 'reservation-title' : 'booking-title').focus({ preventScroll: true });
}

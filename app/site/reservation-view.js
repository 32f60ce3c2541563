import { cancelReservation, fetchReservation } from './api.js';
import { announce, byId, h } from './dom.js';

const titles = {
  booked: 'Your table is kept',
  seated: 'You are at your table',
  finished: 'Thank you for coming',
  cancelled: 'The table is let go',
  'no-show': 'We missed you',
};

/** Shows a reservation as it stands, and lets it be cancelled while it can. */
export async function showReservation(id) {
  const body = byId('reservation-body');
  byId('reservation-title').textContent = 'Your table';
  body.replaceChildren(h('p', {}, 'Looking in the book…'));
  try {
    draw(await fetchReservation(id));
  } catch (error) {
    const again = h('button', { class: 'button', type: 'button', onclick: () => showReservation(id) }, 'Ask again');
    const unknown = error.status === 404;
    byId('reservation-title').textContent = unknown ? 'Not in the book' : 'The book is out of reach';
    body.replaceChildren(
      h('p', { class: 'order-words' }, unknown ? 'We have no reservation under this number.' : `${error.message}.`),
      unknown ? bookAnother() : again,
    );
  }
}

function draw({ reservationId, status, day, time, party }, trouble = '') {
  const title = titles[status] ?? 'Your table';
  byId('reservation-title').textContent = title;
  const date = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeZone: 'UTC' }).format(new Date(day));
  const cancel = async ({ target }) => {
    target.setAttribute('aria-disabled', 'true');
    try {
      draw(await cancelReservation(reservationId));
    } catch (error) {
      draw({ reservationId, status, day, time, party }, `${error.message}. The table is still yours.`);
    }
    byId('reservation-title').focus({ preventScroll: true });
  };
  const parts = [
    h(
      'div',
      { class: 'ticket table-ticket' },
      h('p', { class: 'table-time' }, time),
      h('p', {}, date),
      h('p', {}, party === 1 ? 'One person' : `${party} people`),
      h('p', { class: 'order-id' }, reservationId.slice(-8)),
    ),
    status === 'booked' &&
      h('p', {}, 'We keep it a quarter of an hour. This page is the only key to it: keep its address.'),
    trouble !== '' && h('p', { class: 'notice', role: 'alert' }, trouble),
    h(
      'div',
      { class: 'form-actions' },
      status === 'booked' &&
        h('button', { class: 'button second', type: 'button', onclick: cancel }, 'Cancel the reservation'),
      bookAnother(),
    ),
  ];
  byId('reservation-body').replaceChildren(...parts.filter(Boolean));
  announce(title);
}

function bookAnother() {
  return h('a', { class: 'quiet', href: '/reserve.html#' }, 'Book another table');
}

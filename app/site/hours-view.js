import { h } from './dom.js';

/** The week's hours, Monday first, as a list; and the days we are closed. */
export function showHours(container, { hours, closures }) {
  const rows = [1, 2, 3, 4, 5, 6, 0].map((weekday) => {
    const open = hours.filter((each) => each.weekday === weekday).map(({ opens, closes }) => `${opens}–${closes}`);
    return h('div', {}, h('dt', {}, nameOf(weekday)), h('dd', {}, open.length > 0 ? open.join(', ') : 'closed'));
  });
  container.replaceChildren(
    h('dl', { class: 'hours' }, rows),
    ...closures.map(({ day, reason }) => h('p', {}, `Closed on ${day}: ${reason}`)),
    h('p', { class: 'hint' }, 'Tables for two hours. More than eight of you? Ring the hatch.'),
  );
}

function nameOf(weekday) {
  // The fourth of January 2026 was a Sunday.
  const date = new Date(Date.UTC(2026, 0, 4 + weekday));
  return date.toLocaleDateString('en-GB', { weekday: 'long', timeZone: 'UTC' });
}

import { ApiError, postOrder, postReservation } from './api.js';
import { keep, recall } from './keep.js';

/** How long to wait before each silent retry; after the last the customer is asked. */
const retryDelaysMs = [600, 1_800];

/** The order that was sent and not answered yet, if there is one: `{key, body}`. Survives a reload. */
export function openAttempt() {
  return recall('localStorage', 'attempt') ?? undefined;
}

/**
 * Sends an order until it is answered, at most a few times. The attempt is kept until the answer is certain, and a
 * retry, silent, by button or after a reload, carries the same key: so the kitchen never gets the order twice.
 */
export function sendOrder(body) {
  return send(body, { post: postOrder, slot: 'attempt' });
}

/** The same for a table. */
export function sendReservation(body) {
  return send(body, { post: postReservation, slot: 'reservation-attempt' });
}

async function send(body, { post, slot }) {
  const open = recall('localStorage', slot);
  const attempt = open?.body === body ? open : { key: newKey(), body };
  keep('localStorage', slot, attempt);
  for (let tries = 0; ; tries += 1) {
    try {
      const answer = await post(attempt);
      keep('localStorage', slot, undefined);
      return answer;
    } catch (error) {
      const uncertain = error instanceof ApiError && error.uncertain;
      if (!uncertain) keep('localStorage', slot, undefined);
      const delayMs = retryDelaysMs[tries];
      if (!uncertain || delayMs === undefined || !navigator.onLine) throw error;
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }
}

/** Not `crypto.randomUUID`, which plain http pages do not have. */
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

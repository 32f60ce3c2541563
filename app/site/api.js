/**
 * A request that did not work. `problem` is the server's problem document when it gave one; `uncertain` is true when
 * the server may have done what was asked: no answer came, or one that does not say.
 */
export class ApiError extends Error {
  constructor(message, { status = 0, problem, uncertain = false } = {}) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.problem = problem;
    this.uncertain = uncertain;
  }
}

/** The menu, and whether the restaurant could only give the copy it had in memory. */
export async function fetchMenu() {
  const { answer, headers } = await exchange('/api/menu');
  return { menu: answer, stale: headers.get('x-served-from') === 'memory' };
}

/** The pages the restaurant has published; an API without pages answers 404. */
export async function fetchPages() {
  return (await request('/api/content/pages')).pages;
}

export function fetchHours() {
  return request('/api/reservations/hours');
}

export function fetchTimes({ day, party }) {
  const query = new URLSearchParams({ day, party });
  return request(`/api/reservations/availability?${query}`, { cache: 'no-store' });
}

export function fetchReservation(id) {
  return request(`/api/reservations/${encodeURIComponent(id)}`, { cache: 'no-store' });
}

export function cancelReservation(id) {
  return request(`/api/reservations/${encodeURIComponent(id)}/cancel`, { method: 'POST' });
}

/** Asks for a table. The same text with the same key is the same reservation, however often it is sent. */
export function postReservation({ key, body }) {
  const headers = { 'content-type': 'application/json', 'idempotency-key': key };
  return request('/api/reservations', { method: 'POST', headers, body });
}

export function fetchOrder(orderId) {
  return request(`/api/orders/${encodeURIComponent(orderId)}`, { cache: 'no-store' });
}

/** Sends an order's JSON text. The same text with the same key is the same order, however often it is sent. */
export function postOrder({ key, body }) {
  const headers = { 'content-type': 'application/json', 'idempotency-key': key };
  return request('/api/orders', { method: 'POST', headers, body });
}

const timeoutMs = 10_000;

async function request(path, options) {
  return (await exchange(path, options)).answer;
}

async function exchange(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { ...options, signal: AbortSignal.timeout(timeoutMs) });
  } catch (error) {
    const message = error.name === 'TimeoutError' ? 'No answer in ten seconds' : 'The kitchen cannot be reached';
    throw new ApiError(message, { uncertain: true });
  }
  const answer = await readJson(response);
  if (response.ok && answer !== undefined) return { answer, headers: response.headers };
  const { status } = response;
  throw new ApiError(answer?.detail ?? `The server answered ${status}`, {
    status,
    problem: answer,
    uncertain: status >= 500 || status === 429 || response.ok,
  });
}

async function readJson(response) {
  if (!/\bjson\b/.test(response.headers.get('content-type') ?? '')) return undefined;
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

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

export function fetchMenu() {
  return request('/api/menu');
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

async function request(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { ...options, signal: AbortSignal.timeout(timeoutMs) });
  } catch (error) {
    const message = error.name === 'TimeoutError' ? 'No answer in ten seconds' : 'The kitchen cannot be reached';
    throw new ApiError(message, { uncertain: true });
  }
  const answer = await readJson(response);
  if (response.ok && answer !== undefined) return answer;
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

import { packageOnDemand } from '../../kernel/package-on-demand.ts';
import { hosts } from '../http/hosts.ts';
import { type IntegrationAttempt, type IntegrationOutcome, message } from './integration.ts';
import { split } from './proxy-event.ts';

const undici = packageOnDemand<typeof import('undici')>('undici');

/** Headers that belong to one connection and do not go on. */
const ofConnection = /^(connection|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade)$/;

/** Largest body taken from an integration ("Quotas for HTTP APIs": payload 10 MB). */
const ANSWER_LIMIT_BYTES = 10 * 1024 * 1024;

/** "HTTP proxy integrations for HTTP APIs": to a name Orrery serves, or to this machine; nothing outside is reached. */
export async function callHttp(attempt: IntegrationAttempt): Promise<IntegrationOutcome> {
  const { kernel, exchange, match, integration, mapped, body } = attempt;
  const { request, hop } = exchange;
  const target = new URL(fillPath(integration.uri, match.pathParameters));
  const query = mapped?.query ?? split(request.url).query;
  const url = (mapped?.path ?? target.pathname) + (query ? `?${query}` : target.search);
  const method = integration.method && integration.method !== 'ANY' ? integration.method : request.method;
  const headers = { ...(mapped?.headers ?? request.headers), host: target.host };
  const plane = kernel.engine(hosts).find(target.hostname);
  if (plane) {
    const response = await plane({ ...request, method, url, host: target.hostname, headers, body }, hop);
    return { answered: true, response };
  }
  if (!/^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(target.hostname)) {
    hop.note('integrationError', `${target.hostname} is outside: Orrery opens no connections to the internet`);
    return { answered: false, response: message(503, 'Service Unavailable') };
  }
  return fetchFrom(attempt, { url: target.origin + url, method, headers });
}

async function fetchFrom(
  { body, exchange, signal }: IntegrationAttempt,
  asked: { url: string; method: string; headers: Record<string, string> },
): Promise<IntegrationOutcome> {
  const { 'content-length': _length, host: _host, ...headers } = asked.headers;
  for (const name of Object.keys(headers)) if (ofConnection.test(name)) delete headers[name];
  const unavailable = { answered: false, response: message(503, 'Service Unavailable') };
  try {
    const answer = await undici().request(asked.url, {
      method: asked.method as 'GET',
      headers,
      signal,
      ...(body.length > 0 ? { body } : {}),
    });
    const parts: Buffer[] = [];
    let size = 0;
    for await (const part of answer.body as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > ANSWER_LIMIT_BYTES) return unavailable;
      parts.push(part);
    }
    return {
      answered: true,
      response: { status: answer.statusCode, headers: passedOn(answer.headers), body: Buffer.concat(parts) },
    };
  } catch (error) {
    exchange.hop.note('integrationError', error instanceof Error ? error.message : String(error));
    return unavailable;
  }
}

function passedOn(headers: Record<string, string | string[] | undefined>): Record<string, string | string[]> {
  const entries = Object.entries(headers).filter(
    (entry): entry is [string, string | string[]] =>
      entry[1] !== undefined && entry[0] !== 'content-length' && !ofConnection.test(entry[0]),
  );
  return Object.fromEntries(entries);
}

function fillPath(uri: string, parameters: Record<string, string>): string {
  return uri.replace(/\{([^}+]+)\+?\}/g, (whole, name: string) => {
    const value = parameters[name];
    return value === undefined ? whole : value.split('/').map(encodeURIComponent).join('/');
  });
}

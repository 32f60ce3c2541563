import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { PersonError } from '../kernel/errors.ts';
import type { RuntimeFile } from './data-folder.ts';

/** Asks a running runtime (cli/admin-api.ts is the other side). Streams answer line by line. */
export async function ask<T>(runtime: RuntimeFile, method: 'GET' | 'POST', path: string, body?: object): Promise<T> {
  const response = await send(runtime, method, path, body);
  return JSON.parse(await text(response)) as T;
}

/** Every line of the answer as it comes. */
export async function* askLines<T>(
  runtime: RuntimeFile,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): AsyncGenerator<T> {
  const response = await send(runtime, method, path, body);
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of response) {
    rest += decoder.decode(chunk as Buffer, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line) yield JSON.parse(line) as T;
  }
}

// Without fetch, whose loading costs more than the rest of a command like `orrery status`.
const { request } = process.getBuiltinModule('node:http');

async function send(runtime: RuntimeFile, method: string, path: string, body?: object): Promise<IncomingMessage> {
  const sent = request(`http://127.0.0.1:${runtime.apiPort}/_orrery/api/${path}`, {
    method,
    headers: body ? { 'content-type': 'application/json' } : {},
  });
  sent.end(body && JSON.stringify(body));
  let response: IncomingMessage;
  try {
    [response] = (await once(sent, 'response')) as [IncomingMessage];
  } catch {
    throw new PersonError(
      'not-answering',
      `The runtime (process ${runtime.pid}) does not answer on port ${runtime.apiPort}.`,
      'If it hangs, end it with `orrery down` and start it again: its data is kept.',
    );
  }
  if (response.statusCode !== undefined && response.statusCode < 300) return response;
  const { error } = JSON.parse(await text(response)) as { error: { code: string; message: string; next: string } };
  throw new PersonError(error.code, error.message, error.next);
}

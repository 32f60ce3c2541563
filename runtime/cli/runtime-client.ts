import { PersonError } from '../kernel/errors.ts';
import type { RuntimeFile } from './data-folder.ts';

/** Asks a running runtime (cli/admin-api.ts is the other side). Streams answer line by line. */
export async function ask<T>(runtime: RuntimeFile, method: 'GET' | 'POST', path: string, body?: object): Promise<T> {
  const response = await send(runtime, method, path, body);
  return (await response.json()) as T;
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
  for await (const chunk of response.body ?? []) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line) yield JSON.parse(line) as T;
  }
}

async function send(runtime: RuntimeFile, method: string, path: string, body?: object): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`http://127.0.0.1:${runtime.apiPort}/_orrery/api/${path}`, {
      method,
      ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
    });
  } catch {
    throw new PersonError(
      'not-answering',
      `The runtime (process ${runtime.pid}) does not answer on port ${runtime.apiPort}.`,
      'If it hangs, end it with `orrery down` and start it again: its data is kept.',
    );
  }
  if (response.ok) return response;
  const error = (await response.json()) as { error: { code: string; message: string; next: string } };
  throw new PersonError(error.error.code, error.error.message, error.error.next);
}

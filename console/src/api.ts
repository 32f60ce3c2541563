import { useCallback, useEffect, useRef, useState } from 'react';

/** A refusal, by the runtime or by the cloud, in its own words. */
export class Refusal extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export async function get<T>(path: string): Promise<T> {
  return answer<T>(await fetch(`/_orrery/console/${path}`));
}

export async function post<T>(path: string, body: object): Promise<T> {
  return answer<T>(
    await fetch(`/_orrery/console/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  );
}

/** An operation of a service, as any client asks it. */
export function call<T>(service: string, operation: string, input: object = {}, region?: string): Promise<T> {
  return post<T>('call', { service, operation, input, ...(region === undefined ? {} : { region }) });
}

async function answer<T>(response: Response): Promise<T> {
  const body = (await response.json()) as T & { error?: { code: string; message: string } };
  if (response.ok) return body;
  throw new Refusal(body.error?.code ?? String(response.status), body.error?.message ?? response.statusText);
}

export interface Loaded<T> {
  value: T | undefined;
  error: Error | undefined;
  again: () => void;
}

/** What `load` gives, asked for anew when `key` changes or `again` is called; the last value stays until the next is there. */
export function useLoaded<T>(key: string, load: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ key: string; value: T | undefined; error: Error | undefined }>({
    key,
    value: undefined,
    error: undefined,
  });
  const [turn, setTurn] = useState(0);
  const latest = useRef(load);
  latest.current = load;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` asks again
  useEffect(() => {
    let gone = false;
    latest.current().then(
      (value) => !gone && setState({ key, value, error: undefined }),
      (error: Error) => !gone && setState((now) => ({ key, value: now.key === key ? now.value : undefined, error })),
    );
    return () => {
      gone = true;
    };
  }, [key, turn]);
  const again = useCallback(() => setTurn((now) => now + 1), []);
  const current = state.key === key;
  return { value: current ? state.value : undefined, error: current ? state.error : undefined, again };
}

import { useSyncExternalStore } from 'react';

const base = '/_orrery/';
const listeners = new Set<() => void>();

export interface Place {
  /** First part of the path: which page. */
  page: string;
  /** The rest, decoded. */
  rest: string[];
  query: URLSearchParams;
}

/** Where the page is, from the address: every view can be linked to, and Back works. */
export function usePlace(): Place {
  const href = useSyncExternalStore(subscribe, () => window.location.pathname + window.location.search);
  const url = new URL(href, window.location.origin);
  const [page = '', ...rest] = url.pathname.slice(base.length).split('/').map(decodeURIComponent);
  return { page, rest, query: url.searchParams };
}

export function hrefOf(page: string, rest: string[] = [], query: Record<string, string> = {}): string {
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString();
  return `${base}${[page, ...rest].map(encodeURIComponent).join('/')}${search ? `?${search}` : ''}`;
}

export function go(href: string, options: { replace?: boolean } = {}): void {
  if (options.replace) window.history.replaceState(null, '', href);
  else window.history.pushState(null, '', href);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('popstate', listener);
  };
}

import { useSyncExternalStore } from 'react';

export type Theme = 'system' | 'light' | 'dark';
const key = 'orrery-theme';
const listeners = new Set<() => void>();

apply();

/** As the system has it, until somebody chooses. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  return [useSyncExternalStore(subscribe, chosen), choose];
}

function chosen(): Theme {
  const kept = window.localStorage.getItem(key);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

function choose(theme: Theme): void {
  if (theme === 'system') window.localStorage.removeItem(key);
  else window.localStorage.setItem(key, theme);
  apply();
  for (const listener of listeners) listener();
}

function apply(): void {
  const theme = chosen();
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

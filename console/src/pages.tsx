import type { ComponentType } from 'react';
import type { IconName } from './icons.tsx';
import { ClockPage } from './pages/clock.tsx';
import { Dashboards } from './pages/dashboards.tsx';
import { Data } from './pages/data.tsx';
import { Deployments } from './pages/deployments.tsx';
import { Faults } from './pages/faults.tsx';
import { Logs } from './pages/logs.tsx';
import { MapPage } from './pages/map.tsx';
import { Metrics } from './pages/metrics.tsx';
import { Requests } from './pages/requests.tsx';
import type { Place } from './router.ts';

export interface PageDefinition {
  /** In the address. */
  id: string;
  title: string;
  icon: IconName;
  Page: ComponentType<{ place: Place }>;
}

/** What the navigation shows; the first is what the console opens with. */
export const pages: readonly PageDefinition[] = [
  { id: 'map', title: 'Map', icon: 'map', Page: MapPage },
  { id: 'requests', title: 'Requests', icon: 'route', Page: Requests },
  { id: 'data', title: 'Data', icon: 'data', Page: Data },
  { id: 'logs', title: 'Logs', icon: 'logs', Page: Logs },
  { id: 'metrics', title: 'Metrics', icon: 'chart', Page: Metrics },
  { id: 'dashboards', title: 'Dashboards', icon: 'gauge', Page: Dashboards },
  { id: 'faults', title: 'Faults', icon: 'bolt', Page: Faults },
  { id: 'clock', title: 'Clock', icon: 'clock', Page: ClockPage },
  { id: 'deployments', title: 'Deployments', icon: 'layers', Page: Deployments },
];

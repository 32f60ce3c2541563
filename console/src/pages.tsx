import type { ComponentType } from 'react';
import type { IconName } from './icons.tsx';
import { Deployments } from './pages/deployments.tsx';
import { MapPage } from './pages/map.tsx';
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
  { id: 'deployments', title: 'Deployments', icon: 'layers', Page: Deployments },
];

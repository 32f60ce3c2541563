import { defineEngine } from './engine.ts';
import type { ResourceType } from './resource.ts';
import type { ServiceDefinition } from './service.ts';

/** Every service of this runtime and every resource type they own; filled at start from the service folders. */
export interface Registry {
  services: Map<string, ServiceDefinition>;
  resourceTypes: Map<string, ResourceType>;
}

export const registry = defineEngine<Registry>('registry', () => ({ services: new Map(), resourceTypes: new Map() }));

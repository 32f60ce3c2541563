import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceDefinition } from '../kernel/service.ts';

const folder = join(import.meta.dirname, '..', 'services');

/** The folder is the registry: every services/<name>/service.ts is a service. */
function serviceNames(): string[] {
  return readdirSync(folder)
    .filter((name) => serviceFile(name) !== undefined)
    .sort();
}

export async function loadServices(names: string[] = serviceNames()): Promise<ServiceDefinition[]> {
  return Promise.all(
    names.map(async (name) => {
      if (!serviceFile(name)) throw new Error(`services/${name} has no service.ts`);
      // Written so that tools/bundle.ts sees which files it may be.
      const module = (await import(`../services/${name}/service.ts`)) as { default: ServiceDefinition };
      if (module.default.name !== name)
        throw new Error(`services/${name}/service.ts calls itself ${module.default.name}`);
      return module.default;
    }),
  );
}

/**
 * Dependencies first, else by name. IAM comes before all: every call is authorized, also those that services make while
 * they start and stop.
 */
export function startOrder(services: ServiceDefinition[]): ServiceDefinition[] {
  const byName = new Map(services.map((service) => [service.name, service]));
  const ordered: ServiceDefinition[] = [];
  const visit = (service: ServiceDefinition, path: string[]): void => {
    if (ordered.includes(service)) return;
    if (path.includes(service.name))
      throw new Error(`services depend on one another in a circle: ${[...path, service.name].join(' → ')}`);
    for (const name of service.dependencies ?? []) {
      const dependency = byName.get(name);
      if (dependency) visit(dependency, [...path, service.name]);
    }
    ordered.push(service);
  };
  const iam = byName.get('iam');
  if (iam) visit(iam, []);
  for (const service of services) visit(service, []);
  return ordered;
}

/** Sources in the checkout, compiled files in the published package. */
function serviceFile(name: string): string | undefined {
  return ['service.ts', 'service.js'].map((file) => join(folder, name, file)).find(existsSync);
}

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DefinitionDigest, PropertyDigest, ResourceDigest, ServiceDigest, TypeDigest } from './digest.ts';

/** What the resource specification says of one type. */
export interface ResourceSpecification extends ResourceDigest {
  type: string;
  definition(id: string): DefinitionDigest;
}

export type { PropertyDigest, TypeDigest };

/** Read-only data, the same for every runtime of the process: kept once read. */
const services = new Map<string, ServiceDigest | undefined>();

/** Undefined when the specification does not know the type. */
export function specificationOf(type: string): ResourceSpecification | undefined {
  const service = load(type.split('::').slice(0, 2).join('-').toLowerCase());
  const resource = service?.types[type];
  if (!service || !resource) return undefined;
  return {
    ...resource,
    type,
    definition(id) {
      const definition = service.definitions[id];
      if (!definition) throw new Error(`the specification of ${type} names definition ${id}, which is not there`);
      return definition;
    },
  };
}

function load(name: string): ServiceDigest | undefined {
  if (services.has(name)) return services.get(name);
  if (!/^[a-z0-9]+-[a-z0-9-]+$/.test(name)) return undefined;
  const file = join(import.meta.dirname, `${name}.json`);
  if (!existsSync(file) && !existsSync(join(import.meta.dirname, 'version.json'))) {
    throw new Error('The resource specification has not been digested: run `node tools/digest-specification.ts`.');
  }
  const service = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ServiceDigest) : undefined;
  services.set(name, service);
  return service;
}

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Property, PropertyType, Resource, SpecDatabase, TypeDefinition } from '@aws-cdk/service-spec-types';
import type {
  DefinitionDigest,
  PropertyDigest,
  ResourceDigest,
  ServiceDigest,
  TypeDigest,
} from '../runtime/engines/cloudformation/specification/digest.ts';

/**
 * Turns the CloudFormation resource specification (a 143 MB object when loaded whole) into one small JSON file per
 * service under runtime/engines/cloudformation/specification/, so that a template loads only the services it uses.
 * Run by the launcher at set-up: `node tools/digest-specification.ts`. Does nothing when the files are up to date.
 */
const folder = join(import.meta.dirname, '..', 'runtime', 'engines', 'cloudformation', 'specification');
/** Raised when the form of the files changes. */
const form = 3;
const require = createRequire(import.meta.url);

const source = require('@aws-cdk/aws-service-spec/package.json') as { version: string };
const wanted = JSON.stringify({ form, version: source.version });

function currentVersion(): string | undefined {
  try {
    return readFileSync(join(folder, 'version.json'), 'utf8');
  } catch {
    return undefined;
  }
}

function digest(): void {
  const { loadAwsServiceSpecSync } = require('@aws-cdk/aws-service-spec') as {
    loadAwsServiceSpecSync: () => SpecDatabase;
  };
  const database = loadAwsServiceSpecSync();
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(folder)) if (file.endsWith('.json')) rmSync(join(folder, file));
  const services = new Map<string, ServiceDigest>();
  for (const resource of database.all('resource')) {
    const service = serviceOf(resource.cloudFormationType);
    const entry = services.get(service) ?? { types: {}, definitions: {} };
    services.set(service, entry);
    entry.types[resource.cloudFormationType] = digestResource(database, resource, entry);
  }
  for (const [service, entry] of services) writeFileSync(join(folder, `${service}.json`), JSON.stringify(entry));
  // Last, so that an interrupted run is seen as not up to date.
  writeFileSync(join(folder, 'version.json'), wanted);
}

/** AWS::SQS::Queue is in aws-sqs.json. */
function serviceOf(type: string): string {
  return type.split('::').slice(0, 2).join('-').toLowerCase();
}

function digestResource(database: SpecDatabase, resource: Resource, entry: ServiceDigest): ResourceDigest {
  const reader = new TypeReader(database, entry);
  const digested: ResourceDigest = {
    properties: reader.properties(resource.properties),
    attributes: Object.keys(resource.attributes).sort(),
  };
  if (resource.primaryIdentifier) digested.identifier = resource.primaryIdentifier;
  if (resource.tagInformation)
    digested.tags = [resource.tagInformation.tagPropertyName, resource.tagInformation.variant];
  if (resource.additionalReplacementProperties) digested.replacing = resource.additionalReplacementProperties;
  return digested;
}

class TypeReader {
  readonly #database: SpecDatabase;
  readonly #entry: ServiceDigest;

  constructor(database: SpecDatabase, entry: ServiceDigest) {
    this.#database = database;
    this.#entry = entry;
  }

  properties(properties: Record<string, Property>): Record<string, PropertyDigest> {
    const digested: Record<string, PropertyDigest> = {};
    for (const [name, property] of Object.entries(properties)) {
      const entry: PropertyDigest = { type: this.type(property.type) };
      if (property.required) entry.required = true;
      if (property.causesReplacement === 'yes' || property.causesReplacement === 'maybe')
        entry.replaces = property.causesReplacement;
      digested[name] = entry;
    }
    return digested;
  }

  type(type: PropertyType): TypeDigest {
    switch (type.type) {
      case 'array':
        return ['array', this.type(type.element)];
      case 'map':
        return ['map', this.type(type.element)];
      case 'union':
        return ['union', ...type.types.map((option) => this.type(option))];
      case 'ref':
        return ['definition', this.#definition(this.#database.get('typeDefinition', type.reference.$ref))];
      case 'string':
      case 'integer':
        return type.allowedValues ? ['enum', type.type, ...type.allowedValues] : type.type;
      default:
        return type.type;
    }
  }

  #definition(definition: TypeDefinition): string {
    const key = definition.$id;
    if (!this.#entry.definitions[key]) {
      const digested: DefinitionDigest = { name: definition.name, properties: {} };
      this.#entry.definitions[key] = digested;
      digested.properties = this.properties(definition.properties);
    }
    return key;
  }
}

if (currentVersion() !== wanted) digest();

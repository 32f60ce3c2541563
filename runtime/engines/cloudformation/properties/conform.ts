import { lookupTable } from '../../../kernel/lookup-table.ts';
import { isUnknown, unknownValue } from '../intrinsics/scope.ts';
import type { PropertyDigest, ResourceSpecification, TypeDigest } from '../specification/specification.ts';
import { isRecord, type Path, TemplateError } from '../template/template.ts';

/**
 * Checks evaluated properties against the resource specification and turns scalars into the type it names, as
 * CloudFormation does: '60' for a number, true for a string. Values not known yet pass. Problems are collected, in AWS's
 * sentences.
 */
export function conformProperties(
  properties: Record<string, unknown>,
  specification: ResourceSpecification,
  path: Path,
): { properties: Record<string, unknown>; errors: TemplateError[] } {
  const conforming = new Conforming(specification);
  return { properties: conforming.members(properties, specification.properties, path), errors: conforming.errors };
}

type EnumDigest = Extract<TypeDigest, ['enum', ...unknown[]]>;

class Conforming {
  readonly errors: TemplateError[] = [];
  readonly #specification: ResourceSpecification;

  constructor(specification: ResourceSpecification) {
    this.#specification = specification;
  }

  members(
    values: Record<string, unknown>,
    properties: Record<string, PropertyDigest>,
    path: Path,
  ): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(values)) {
      const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
      if (!property) this.#fail(`Encountered unsupported property ${name}`, [...path, name]);
      else if (value !== undefined) result[name] = this.value(value, property.type, [...path, name]);
    }
    for (const [name, { required }] of Object.entries(properties)) {
      if (required && (values[name] === undefined || values[name] === null))
        this.#fail(`Property ${name} cannot be empty.`, path);
    }
    return result;
  }

  value(value: unknown, type: TypeDigest, path: Path): unknown {
    // What a dynamic reference stands for is known only when the resource is made, and is checked then.
    if (value === unknownValue || (typeof value === 'string' && value.includes('{{resolve:'))) return value;
    if (typeof type === 'string') return this.#primitive(value, type, path);
    switch (type[0]) {
      case 'array':
        return this.#list(value, type[1], path);
      case 'map':
        if (!isRecord(value)) return this.#wrong('an object', value, path);
        return Object.fromEntries(
          Object.entries(value).map(([key, entry]) => [key, this.value(entry, type[1], [...path, key])]),
        );
      case 'enum':
        return this.#enum(value, type, path);
      case 'definition':
        if (!isRecord(value)) return this.#wrong('an object', value, path);
        return this.members(value, this.#specification.definition(type[1]).properties, path);
      default:
        return this.#union(value, type.slice(1) as TypeDigest[], path);
    }
  }

  /** A single value where a list is wanted is taken for a list of one, which CloudFormation allows of strings. */
  #list(value: unknown, element: TypeDigest, path: Path): unknown {
    if (typeof value === 'string' && element === 'string') return [value];
    if (!Array.isArray(value)) return this.#wrong(`List${element === 'string' ? ' of String' : ''}`, value, path);
    return value.map((entry, index) => this.value(entry, element, [...path, index]));
  }

  /** The option whose own type the value has, else the first that takes it without complaint. */
  #union(value: unknown, types: TypeDigest[], path: Path): unknown {
    const exact = types.find((type) => typeof type === 'string' && fits(value, type));
    if (exact) return value;
    let first: { value: unknown; errors: TemplateError[] } | undefined;
    for (const type of types) {
      const attempt = new Conforming(this.#specification);
      const result = attempt.value(value, type, path);
      if (attempt.errors.length === 0) return result;
      first ??= { value: result, errors: attempt.errors };
    }
    this.errors.push(...(first?.errors ?? []));
    return first?.value;
  }

  #primitive(value: unknown, type: string, path: Path): unknown {
    if (fits(value, type)) return value;
    const converted = convert(value, type);
    if (converted !== undefined) return converted;
    return this.#wrong(names[type] ?? type, value, path);
  }

  #enum(value: unknown, [, primitive, ...allowed]: EnumDigest, path: Path): unknown {
    const errors = this.errors.length;
    const conforming = this.#primitive(value, primitive, path);
    const told = this.errors.length > errors || isUnknown(conforming);
    if (!told && !allowed.includes(conforming as string | number)) {
      const [, logicalId, , ...inside] = path;
      this.#fail(
        `Properties validation failed for resource ${String(logicalId)} with message: #/${inside.join('/')}: ${String(value)} is not a valid enum value (allowed: ${allowed.join(', ')})`,
        path,
      );
    }
    return conforming;
  }

  #wrong(wanted: string, value: unknown, path: Path): unknown {
    if (!isUnknown(value)) {
      const article = wanted.startsWith('an ') ? wanted : `of type ${wanted}`;
      this.#fail(
        `Value of property ${String(path.findLast((part) => typeof part === 'string') ?? '')} must be ${article}`,
        path,
      );
    }
    return value;
  }

  #fail(message: string, path: Path): void {
    this.errors.push(new TemplateError(message, { path }));
  }
}

const names: Record<string, string> = lookupTable({
  string: 'String',
  integer: 'Integer',
  number: 'Number',
  boolean: 'Boolean',
  json: 'Json',
  tag: 'Tag',
  'date-time': 'String',
});

function fits(value: unknown, type: string): boolean {
  switch (type) {
    case 'string':
    case 'date-time':
      return typeof value === 'string';
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'json':
      return typeof value === 'object';
    default:
      return false;
  }
}

/** Undefined when it cannot be. */
function convert(value: unknown, type: string): unknown {
  const scalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  if ((type === 'string' || type === 'date-time') && scalar) return String(value);
  if (type === 'json' && scalar) return value;
  if (type === 'tag' && isRecord(value)) return tag(value);
  if (type === 'boolean' && typeof value === 'string' && /^(?:true|false)$/i.test(value))
    return value.toLowerCase() === 'true';
  if ((type === 'integer' || type === 'number') && typeof value === 'string' && value.trim() !== '') {
    const number = Number(value);
    if (type === 'integer' ? Number.isInteger(number) : Number.isFinite(number)) return number;
  }
  return undefined;
}

function tag(value: Record<string, unknown>): unknown {
  const text = (part: unknown) => (typeof part === 'number' || typeof part === 'boolean' ? String(part) : part);
  return { ...value, Key: text(value.Key), Value: text(value.Value) };
}

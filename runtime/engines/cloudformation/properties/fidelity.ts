import { asksForNothing } from '../../../kernel/asked.ts';
import type { ResourceType } from '../../../kernel/resource.ts';
import type { Fidelity } from '../../../kernel/service.ts';
import type { ResourceSpecification, TypeDigest } from '../specification/specification.ts';
import { isRecord, type Path } from '../template/template.ts';

export interface PropertyFidelity {
  /** Dotted, elements of lists left out. */
  property: string;
  /** Where it stands in the template. */
  path: Path;
  fidelity: Fidelity;
}

/** What each property that is set comes to, from the declarations of the resource type. Values need not be evaluated. */
export function propertyFidelities(
  properties: Record<string, unknown>,
  type: ResourceType,
  specification: ResourceSpecification | undefined,
  path: Path,
): PropertyFidelity[] {
  const found: PropertyFidelity[] = [];
  const visit = (value: unknown, valueType: TypeDigest | undefined, names: string[], at: Path): void => {
    if (Array.isArray(value)) {
      const element = Array.isArray(valueType) && valueType[0] === 'array' ? valueType[1] : valueType;
      for (const [index, entry] of value.entries())
        visit(entry, element as TypeDigest | undefined, names, [...at, index]);
      return;
    }
    const property = names.join('.');
    const keyed = keyedProperty(value, property, type.properties);
    if (keyed !== undefined) {
      found.push({ property: keyed, path: at, fidelity: declaredFidelity(keyed, type.properties) ?? notYet });
      return;
    }
    const word = wordProperty(value, property, type.properties);
    if (word !== undefined) {
      found.push({ property: word, path: at, fidelity: type.properties[word] ?? notYet });
      return;
    }
    const below = Object.keys(type.properties).some((declared) => declared.startsWith(`${property}.`));
    if (below && isRecord(value) && !isFunction(value)) {
      for (const [name, entry] of Object.entries(value))
        visit(entry, memberType(valueType, name, specification), [...names, name], [...at, name]);
      return;
    }
    const fidelity = declaredFidelity(property, type.properties);
    if (typeof fidelity === 'object' && asksForNothing(value)) return;
    found.push({ property, path: at, fidelity: fidelity ?? (below ? 'executed' : notYet) });
  };
  for (const [name, value] of Object.entries(properties)) {
    visit(value, specification?.properties[name]?.type, [name], [...path, name]);
  }
  return found;
}

/**
 * An element of a list of keys and values (`LoadBalancerAttributes`) is named by its key where the type declares any key of
 * the list: what one comes to says nothing of another.
 */
function keyedProperty(value: unknown, list: string, declared: Record<string, Fidelity>): string | undefined {
  if (!isRecord(value) || typeof value.Key !== 'string') return undefined;
  const known = Object.keys(declared).some(
    (name) => /^[a-z].*\./.test(name.slice(list.length + 1)) && name.startsWith(`${list}.`),
  );
  return known ? `${list}.${value.Key}` : undefined;
}

/** A word of AWS's that comes to something else than the other words its property takes is declared by itself. */
function wordProperty(value: unknown, property: string, declared: Record<string, Fidelity>): string | undefined {
  const word = `${property}.${typeof value === 'string' ? value : ''}`;
  return Object.hasOwn(declared, word) ? word : undefined;
}

const notYet = { refused: 'Orrery does not run it yet' };

/** The most particular declaration counts. A container of which only members are declared may itself be a function. */
function declaredFidelity(property: string, declared: Record<string, Fidelity>): Fidelity | undefined {
  for (let name = property; name !== ''; name = name.slice(0, Math.max(name.lastIndexOf('.'), 0))) {
    const fidelity = declared[name];
    if (fidelity !== undefined) return fidelity;
  }
  return undefined;
}

function memberType(
  type: TypeDigest | undefined,
  name: string,
  specification: ResourceSpecification | undefined,
): TypeDigest | undefined {
  if (!Array.isArray(type)) return undefined;
  if (type[0] === 'map') return type[1];
  return type[0] === 'definition' ? specification?.definition(type[1]).properties[name]?.type : undefined;
}

function isFunction(value: Record<string, unknown>): boolean {
  const [name, ...others] = Object.keys(value);
  return others.length === 0 && name !== undefined && (name === 'Ref' || name.startsWith('Fn::'));
}

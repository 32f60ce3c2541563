import type { FlatModel, FlatShape, Traits } from '../../runtime/control-plane/protocols/flat-model.ts';

/**
 * The SDK's schemas are nested arrays with lazy references (`@smithy/core/schema`): [kind, namespace, name, traits, …].
 * Here they become one flat table, in which a shape refers to another by its place.
 */
export type Schema = unknown[];

/** The string is always 'unit', a shape without members. */
type Reference = number | string | Schema | (() => Reference);

/** Bits of a numeric trait indicator ("translateTraits" of @smithy/core). */
const traitBits = [
  'httpLabel',
  'idempotent',
  'idempotencyToken',
  'sensitive',
  'httpPayload',
  'httpResponseCode',
  'httpQueryParams',
] as const;

const simpleTypes: Record<number, [string, Traits?]> = {
  0: ['string'],
  1: ['number'],
  2: ['boolean'],
  4: ['timestamp'],
  5: ['timestamp', { timestampFormat: 'date-time' }],
  6: ['timestamp', { timestampFormat: 'http-date' }],
  7: ['timestamp', { timestampFormat: 'epoch-seconds' }],
  15: ['document'],
  17: ['bigInteger'],
  19: ['bigDecimal'],
  21: ['blob'],
  42: ['blob', { streaming: 1 }],
};

export function flattenSchemas(operations: Schema[], errors: Schema[]): Omit<FlatModel, 'unsigned'> {
  const table = new ShapeTable();
  return {
    operations: operations.map((schema) => ({
      name: schema[2] as string,
      traits: translate(schema[3]),
      input: table.place(schema[4] as Reference)[0],
      output: table.place(schema[5] as Reference)[0],
    })),
    errors: errors.map((schema) => table.place(schema)[0]),
    shapes: table.shapes,
  };
}

class ShapeTable {
  readonly shapes: FlatShape[] = [];
  readonly #places = new Map<unknown, number>();

  /** The place of the shape, and the traits the reference adds. */
  place(reference: Reference): [number, Traits?] {
    if (typeof reference === 'function') return this.place(reference());
    if (typeof reference === 'number') return [this.#simple(reference)];
    if (typeof reference === 'string') return [this.#unit()];
    if (reference.length === 2 && typeof reference[1] !== 'string') {
      const [place, inner] = this.place(reference[0] as Reference);
      return [place, { ...inner, ...translate(reference[1]) }];
    }
    if (typeof reference[1] !== 'string') return this.place(reference[0] as Reference);
    return [this.#places.get(reference) ?? this.#named(reference)];
  }

  #simple(code: number): number {
    const known = this.#places.get(code);
    if (known !== undefined) return known;
    const place = this.#reserve(code);
    if (code & 0b0100_0000) this.shapes[place] = { type: 'list', member: this.place(code & 0b0011_1111) };
    else if (code & 0b1000_0000)
      this.shapes[place] = { type: 'map', key: this.place(0), member: this.place(code & 0b0011_1111) };
    else {
      const [type, traits] = simpleTypes[code] ?? unknownCode(code);
      this.shapes[place] = { type, ...(traits ? { traits } : {}) };
    }
    return place;
  }

  #unit(): number {
    const known = this.#places.get('unit');
    if (known !== undefined) return known;
    const place = this.#reserve('unit');
    this.shapes[place] = { type: 'structure', name: 'Unit', members: [], required: 0 };
    return place;
  }

  #named(schema: Schema): number {
    const place = this.#reserve(schema);
    const [kind, , name, traits] = schema as [number, string, string, unknown];
    const shape: FlatShape = { type: '', name, ...(traits ? { traits: translate(traits) } : {}) };
    this.shapes[place] = shape;
    if (kind === 1) Object.assign(shape, { type: 'list', member: this.place(schema[4] as Reference) });
    else if (kind === 2)
      Object.assign(shape, {
        type: 'map',
        key: this.place(schema[4] as Reference),
        member: this.place(schema[5] as Reference),
      });
    else if (kind === 3 || kind === 4 || kind === -3) this.#structure(shape, schema, kind);
    else if (kind === 0) this.#simpleNamed(shape, schema[4] as Reference);
    else throw new Error(`a schema of the unknown kind ${kind}: ${name}`);
    return place;
  }

  #structure(shape: FlatShape, schema: Schema, kind: number): void {
    const names = (schema[4] ?? []) as string[];
    const members = (schema[5] ?? []) as Reference[];
    shape.type = kind === 3 ? 'structure' : kind === 4 ? 'union' : 'error';
    shape.required = (schema[6] as number | undefined) ?? 0;
    shape.members = names.map((name, index) => {
      const [place, traits] = this.place(members[index] ?? 0);
      return traits && Object.keys(traits).length > 0 ? [name, place, traits] : [name, place];
    });
  }

  #simpleNamed(shape: FlatShape, reference: Reference): void {
    const [place, traits] = this.place(reference);
    const base = this.shapes[place];
    shape.type = base?.type ?? 'string';
    const merged = { ...base?.traits, ...traits, ...shape.traits };
    if (Object.keys(merged).length > 0) shape.traits = merged;
  }

  #reserve(key: unknown): number {
    const place = this.shapes.length;
    this.shapes.push({ type: 'string' });
    this.#places.set(key, place);
    return place;
  }
}

function translate(traits: unknown): Traits {
  if (typeof traits === 'object' && traits !== null) return traits as Traits;
  const bits = Number(traits ?? 0);
  const named: Traits = {};
  traitBits.forEach((name, index) => {
    if ((bits >> index) & 1) named[name] = 1;
  });
  return named;
}

function unknownCode(code: number): never {
  throw new Error(`a simple schema of the unknown code ${code}`);
}

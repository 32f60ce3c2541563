import type { FlatModel, FlatShape, Traits } from '../../../runtime/control-plane/protocols/flat-model.ts';

/**
 * An API written down by hand, for a service whose SDK package of today is not on the registry. Types are `string`,
 * `number`, `boolean`, `timestamp`, the name of a structure, `[type]` a list and `{type}` a map from strings. A member's
 * name ends in `!` where it must be given, and begins with `/` where it is a label of the path and with `?` where it is a
 * parameter of the query.
 */
export interface Description {
  /** Operations as `METHOD /path`, what they take and what they answer. */
  operations: Record<string, [route: string, input: Members, output: Members]>;
  structures: Record<string, Members>;
  /** Errors by name, with their HTTP status. */
  errors: Record<string, number>;
}

type Members = Record<string, string>;

export function flatten({ operations, structures, errors }: Description): FlatModel {
  const table = new Table(structures);
  return {
    operations: Object.entries(operations).map(([name, [route, input, output]]) => {
      const [method = '', uri = ''] = route.split(' ');
      return {
        name,
        traits: { http: [method, uri, 200] },
        input: table.structure(`${name}Request`, input),
        output: table.structure(`${name}Response`, output),
      };
    }),
    errors: Object.entries(errors).map(([name, status]) =>
      table.structure(name, { message: 'string' }, { error: 'client', httpError: status }),
    ),
    shapes: table.shapes,
    unsigned: [],
  };
}

class Table {
  readonly shapes: FlatShape[] = [];
  readonly #structures: Record<string, Members>;
  readonly #places = new Map<string, number>();

  constructor(structures: Record<string, Members>) {
    this.#structures = structures;
  }

  /** A structure's required members come first, as the SDK's schemas have them. */
  structure(name: string, members: Members, traits?: Traits): number {
    const place = this.#reserve(name);
    const required = (text: string): boolean => text.endsWith('!');
    const sorted = Object.entries(members).sort(([a], [b]) => Number(required(b)) - Number(required(a)));
    this.shapes[place] = {
      type: traits?.error ? 'error' : 'structure',
      name,
      members: sorted.map(([text, type]) => this.#member(text, type)),
      required: sorted.filter(([text]) => required(text)).length,
      ...(traits ? { traits } : {}),
    };
    return place;
  }

  #member(text: string, type: string): [string, number, Traits?] {
    const name = text.replace(/^[/?]|!$/g, '');
    if (text.startsWith('/')) return [name, this.#place(type), { httpLabel: 1 }];
    return text.startsWith('?') ? [name, this.#place(type), { httpQuery: name }] : [name, this.#place(type)];
  }

  #place(type: string): number {
    const known = this.#places.get(type);
    if (known !== undefined) return known;
    const inner = type.slice(1, -1);
    if (type.startsWith('[')) this.shapes[this.#reserve(type)] = { type: 'list', member: [this.#place(inner)] };
    else if (type.startsWith('{'))
      this.shapes[this.#reserve(type)] = { type: 'map', key: [this.#place('string')], member: [this.#place(inner)] };
    else if (/^[a-z]/.test(type)) this.shapes[this.#reserve(type)] = { type };
    else return this.structure(type, this.#structures[type] ?? unknownType(type));
    return this.#places.get(type) ?? 0;
  }

  #reserve(type: string): number {
    const place = this.shapes.length;
    this.shapes.push({ type: 'string' });
    this.#places.set(type, place);
    return place;
  }
}

function unknownType(type: string): never {
  throw new Error(`the description names the type ${type} and does not say what it is`);
}

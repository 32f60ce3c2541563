import { seededIds } from '../../kernel/ids.ts';
import type { Member, Shape } from './model.ts';

/** For tests: values of a shape as an SDK would take or give them. The same seed makes the same values. */
export class RandomValues {
  readonly #random: () => number;

  constructor(seed: string) {
    const ids = seededIds(seed);
    this.#random = () => ids.random();
  }

  /** Every member of an input or output but those `skip` names. */
  whole(shape: Shape, skip: (member: Member) => boolean): Record<string, unknown> {
    const members = shape.members.filter((member) => !skip(member));
    return Object.fromEntries(members.map((member) => [member.name, this.#value(member, 1)]));
  }

  #value(member: Member, depth: number): unknown {
    const { shape, traits } = member;
    switch (shape.type) {
      case 'structure':
      case 'error':
      case 'union':
        return this.#structure(shape, depth);
      case 'list':
        return shape.member
          ? Array.from({ length: this.#below(3) + 1 }, () =>
              this.#value(inheriting(shape.member as Member, traits), depth + 1),
            )
          : [];
      case 'map':
        return shape.member
          ? Object.fromEntries([
              [traits.httpPrefixHeaders ? 'k-1' : 'k.1 ü', this.#value(inheriting(shape.member, traits), depth + 1)],
            ])
          : {};
      case 'number':
        return traits.httpResponseCode ? 202 : this.#below(1000);
      case 'boolean':
        return this.#below(2) === 1;
      case 'timestamp':
        return new Date(1_700_000_000_000 + this.#below(1_000_000) * 1000);
      case 'blob':
        return Buffer.from([0, 255, this.#below(256)]);
      case 'document':
        return { a: [1, 'b', { c: null }] };
      default:
        return this.#text(traits);
    }
  }

  /** At least one member, as a structure without any leaves no trace in a query; below some depth only what must be there. */
  #structure(shape: Shape, depth: number): Record<string, unknown> {
    const simple = shape.members.filter((member) => !isAggregate(member.shape));
    const candidates =
      depth <= 4 ? shape.members : simple.length > 0 ? simple : shape.members.filter(leadsOutOf(shape));
    const always = candidates[this.#below(candidates.length)];
    if (!always) return {};
    const chosen =
      shape.type === 'union'
        ? [always]
        : candidates.filter((member) => member === always || (depth <= 4 && this.#below(10) < 6));
    return Object.fromEntries(chosen.map((member) => [member.name, this.#value(member, depth + 1)]));
  }

  #text(traits: Member['traits']): string {
    if (traits.httpLabel) return `label-${this.#below(100)}`;
    if (traits.httpHeader || traits.httpPrefixHeaders) return `text ${this.#below(100)}`;
    return ['plain', 'a=b&c+d %20', '<b> "q" \'s\' ]]>', 'ü€😀', 'line\r\nbreak\n', ' spaced '][this.#below(6)] ?? '';
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}

function isAggregate(shape: Shape): boolean {
  return shape.type === 'structure' || shape.type === 'union' || shape.type === 'list' || shape.type === 'map';
}

/** What a list or map holds travels where the list or map does. */
function inheriting(item: Member, { httpHeader, httpPrefixHeaders, httpLabel }: Member['traits']): Member {
  return { ...item, traits: { ...item.traits, httpHeader, httpPrefixHeaders, httpLabel } };
}

/** Where a structure holds only others, the members that do not lead back to it: a filter of filters ends in a plain one. */
function leadsOutOf(shape: Shape): (member: Member) => boolean {
  const within = (inner: Shape, seen: Set<Shape>): boolean =>
    inner === shape ||
    (!seen.has(inner) &&
      [...inner.members, ...(inner.member ? [inner.member] : [])].some((member) =>
        within(member.shape, new Set([...seen, inner])),
      ));
  return (member) => !within(member.shape, new Set());
}

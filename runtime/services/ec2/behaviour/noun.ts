import type { Tag } from '@aws-sdk/client-ec2';
import type { AwsError } from '../../../kernel/errors.ts';
import type { Ids } from '../../../kernel/ids.ts';
import type { Collection } from '../../../kernel/store/collection.ts';
import type { Scope, Store } from '../../../kernel/store/store.ts';

/** An account and region, and the store that keeps its records. A Context is one. */
export type Where = Scope & { readonly store: Store };

/** Everything in EC2 with an id can carry tags. */
export interface Tagged {
  Tags: Tag[];
}

/** A kind of thing that has ids of AWS's shape: vpc-0123456789abcdef0. */
export interface Noun<T extends Tagged> {
  readonly prefix: string;
  /** As tags and TagSpecifications name it. */
  readonly type: string;
  records(where: Where): Collection<T>;
  all(where: Where): T[];
  /** Throws the error AWS gives for an unknown id. */
  find(where: Where, id: string | undefined): T;
  put(where: Where, record: T): T;
  delete(where: Where, id: string): void;
  newId(from: { readonly ids: Ids }): string;
  missing(id: string): AwsError;
}

interface NounOptions<T> {
  prefix: string;
  type: string;
  collection: string;
  id: keyof T & string;
  missing(id: string): AwsError;
}

export function noun<T extends Tagged>({ prefix, type, collection, id, missing }: NounOptions<T>): Noun<T> {
  const records = (where: Where): Collection<T> =>
    where.store.collection<T>(collection, { account: where.account, region: where.region });
  return {
    prefix,
    type,
    missing,
    records,
    all: (where) => records(where).values(),
    find(where, wanted) {
      const found = wanted === undefined ? undefined : records(where).get(wanted);
      if (!found) throw missing(wanted ?? '');
      return found;
    },
    put(where, record) {
      records(where).put(String(record[id]), record);
      return record;
    },
    delete: (where, wanted) => void records(where).delete(wanted),
    newId: (from) => newId(from, prefix),
  };
}

/** Ids of 17 hexadecimal digits ("Resource IDs", Amazon EC2 User Guide). */
export function newId({ ids }: { readonly ids: Ids }, prefix: string): string {
  return `${prefix}-0${ids.hex(16)}`;
}

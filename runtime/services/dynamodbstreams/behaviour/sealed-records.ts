import type { KeyObject } from 'node:crypto';
import type { DecryptCommandOutput } from '@aws-sdk/client-kms';
import { sealingKey, unseal } from '../../../engines/sealing/sealing.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { describePrincipal } from '../../../kernel/principal.ts';
import type { Context } from '../../../kernel/service.ts';
import { keyInaccessible } from '../errors.ts';
import type { StreamRow } from '../state.ts';

/** What a record holds of the item; of a table under a key of KMS only sealed by the table's data key. */
export interface Images {
  Keys: string;
  NewImage?: string;
  OldImage?: string;
}

export interface RecordHead {
  eventID: string;
  eventName: string;
  userIdentity?: object;
  SizeBytes: number;
}

type Kept = RecordHead & (Images | Sealed);

interface Sealed {
  /** Nonce, tag and text, base64; see services/dynamodb, behaviour/encryption.ts. */
  sealed: string;
  dataKey: { CiphertextBlob: string; context: Record<string, string> };
}

/** As for the table itself, a reader is asked for its permission every five minutes. */
const keptMs = 5 * 60_000;
const mostKeys = 1000;
const openKeys = defineEngine(
  'dynamodbstreams.table-keys',
  () => new Map<string, { key: KeyObject; askedMs: number }>(),
);

/** Waits only when a record is sealed and its key was not asked for lately. */
export function openRecords(
  ctx: Context,
  rows: StreamRow[],
): (RecordHead & Images)[] | Promise<(RecordHead & Images)[]> {
  const kept = rows.map(({ record }) => JSON.parse(record) as Kept);
  const locked = new Map<string, Sealed['dataKey']>();
  for (const one of kept)
    if ('sealed' in one && !known(ctx, one.dataKey)) locked.set(one.dataKey.CiphertextBlob, one.dataKey);
  const opened = () => kept.map((one) => ('sealed' in one ? open(ctx, one) : one));
  if (locked.size === 0) return opened();
  return Promise.all([...locked.values()].map((dataKey) => ask(ctx, dataKey))).then(opened);
}

function nameOf(ctx: Context, { CiphertextBlob }: Sealed['dataKey']): string {
  return `${describePrincipal(ctx.principal)} ${CiphertextBlob}`;
}

function known(ctx: Context, dataKey: Sealed['dataKey']): boolean {
  const open = ctx.engine(openKeys).get(nameOf(ctx, dataKey));
  return open !== undefined && ctx.clock.now() - open.askedMs < keptMs;
}

async function ask(ctx: Context, dataKey: Sealed['dataKey']): Promise<void> {
  const keys = ctx.engine(openKeys);
  try {
    const { Plaintext = new Uint8Array() }: DecryptCommandOutput = await ctx.call('kms', 'Decrypt', {
      CiphertextBlob: Buffer.from(dataKey.CiphertextBlob, 'base64'),
      EncryptionContext: dataKey.context,
    });
    if (keys.size >= mostKeys) keys.clear();
    keys.set(nameOf(ctx, dataKey), { key: sealingKey(Plaintext), askedMs: ctx.clock.now() });
  } catch (error) {
    throw error instanceof AwsError && error.status < 500 ? keyInaccessible(error) : error;
  }
}

function open(ctx: Context, { sealed, dataKey, ...head }: RecordHead & Sealed): RecordHead & Images {
  const key = ctx.engine(openKeys).get(nameOf(ctx, dataKey))?.key;
  if (!key) throw new Error('the key of a stream record was not asked for');
  const text = unseal(key, Buffer.from(sealed, 'base64')).toString('utf8');
  return { ...head, ...(JSON.parse(text) as Images) };
}

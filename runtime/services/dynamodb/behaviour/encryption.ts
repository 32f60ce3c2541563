import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { DecryptCommandOutput, DescribeKeyCommandOutput, GenerateDataKeyCommandOutput } from '@aws-sdk/client-kms';
import { formatArn } from '../../../kernel/arn.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import { registry } from '../../../kernel/resource-registry.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import { keyInaccessible } from '../errors.ts';
import type { Encryption, Table } from '../state.ts';
import { parseItem, stringifyItem } from './item-json.ts';
import type { Cell } from './item-table.ts';
import type { Item } from './values.ts';

/** "DynamoDB encryption at rest: usage notes": the plaintext table key is kept for up to five minutes, then KMS is asked again. */
const keptMs = 5 * 60_000;
const managedAlias = 'alias/aws/dynamodb';

/** A table, or a backup of one. */
type Keyed = Pick<Table, 'sse' | 'account'>;

interface OpenKey {
  key: Buffer;
  askedMs: number;
}

/** Plaintext table keys, by what is kept of them; never on disk. */
const openKeys = defineEngine('dynamodb.table-keys', () => new Map<string, OpenKey>());

/** A data key of its own for the table, under the key asked for; the caller needs permission for it, as on AWS. */
export async function newEncryption(ctx: Context, keyId = managedAlias): Promise<Encryption> {
  if (!ctx.engine(registry).services.has('kms')) {
    if (keyId !== managedAlias) throw keyInaccessible('KMS key access denied error: Orrery does not run KMS here.');
    const KMSMasterKeyArn = formatArn('kms', ctx.region, ctx.account, managedAlias);
    return { KMSMasterKeyArn, dataKey: { plaintext: Buffer.from(ctx.ids.hex(64), 'hex').toString('base64') } };
  }
  const asking = keyId === managedAlias ? serviceOf(ctx, ctx.account) : ctx;
  const KeyId = keyId;
  return inKmsWords(async () => {
    const { KeyMetadata }: DescribeKeyCommandOutput = await asking.call('kms', 'DescribeKey', { KeyId });
    const { CiphertextBlob = new Uint8Array() }: GenerateDataKeyCommandOutput = await asking.call(
      'kms',
      'GenerateDataKey',
      {
        KeyId: KeyMetadata?.Arn,
        KeySpec: 'AES_256',
      },
    );
    return {
      KMSMasterKeyArn: KeyMetadata?.Arn ?? keyId,
      dataKey: { CiphertextBlob: Buffer.from(CiphertextBlob).toString('base64') },
    };
  });
}

/** DynamoDB uses the key through grants made when the table was created, so what the caller may do with it no longer counts. */
function serviceOf(ctx: Context, account: string): Context {
  return ctx.as({ principal: servicePrincipal('dynamodb.amazonaws.com', account, { serviceLinked: true }), account });
}

/** Nothing to wait for when the table has no key of KMS, or its key was asked for lately. */
export function unlock(ctx: Context, table: Keyed): Promise<void> | undefined {
  if (!table.sse) return undefined;
  const open = ctx.engine(openKeys).get(nameOfKey(table.sse));
  if (open && ctx.clock.now() - open.askedMs < keptMs) return undefined;
  if ('plaintext' in table.sse.dataKey) {
    keep(ctx, table.sse, Buffer.from(table.sse.dataKey.plaintext, 'base64'));
    return undefined;
  }
  return openWithKms(ctx, table.account, { sse: table.sse, blob: table.sse.dataKey.CiphertextBlob });
}

function nameOfKey({ dataKey }: Encryption): string {
  return 'plaintext' in dataKey ? dataKey.plaintext : dataKey.CiphertextBlob;
}

async function openWithKms(
  ctx: Context,
  account: string,
  { sse, blob }: { sse: Encryption; blob: string },
): Promise<void> {
  await inKmsWords(async () => {
    const { Plaintext = new Uint8Array() }: DecryptCommandOutput = await serviceOf(ctx, account).call(
      'kms',
      'Decrypt',
      {
        KeyId: sse.KMSMasterKeyArn,
        CiphertextBlob: Buffer.from(blob, 'base64'),
      },
    );
    keep(ctx, sse, Buffer.from(Plaintext));
  });
}

function keep(ctx: Kernel, sse: Encryption, key: Buffer): void {
  ctx.engine(openKeys).set(nameOfKey(sse), { key, askedMs: ctx.clock.now() });
}

export function forgetKey(ctx: Kernel, { sse }: Keyed): void {
  if (sse) ctx.engine(openKeys).delete(nameOfKey(sse));
}

async function inKmsWords<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw keyInaccessible(`KMS key access denied error: ${error.message}`);
  }
}

/** An item as it is kept: sealed with AES-256-GCM where the table has a key (nonce, tag, then the text). */
export function pack(kernel: Kernel, { sse }: Pick<Keyed, 'sse'>, item: Item): Cell {
  const text = stringifyItem(item);
  if (!sse) return text;
  const nonce = Buffer.from(kernel.ids.hex(24), 'hex');
  const cipher = createCipheriv('aes-256-gcm', keyOf(kernel, sse), nonce);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

/** Items written before the table got its key are still text. */
export function unpack(kernel: Kernel, { sse }: Pick<Keyed, 'sse'>, cell: Cell): Item {
  if (typeof cell === 'string') return parseItem(cell);
  if (!sse) throw new Error('a sealed item in a table without a key');
  const decipher = createDecipheriv('aes-256-gcm', keyOf(kernel, sse), cell.subarray(0, 12));
  decipher.setAuthTag(cell.subarray(12, 28));
  return parseItem(Buffer.concat([decipher.update(cell.subarray(28)), decipher.final()]).toString('utf8'));
}

function keyOf(kernel: Kernel, sse: Encryption): Buffer {
  const open = kernel.engine(openKeys).get(nameOfKey(sse));
  if (!open) throw new Error('the key of a table was not asked for');
  return open.key;
}

import type { KeyObject } from 'node:crypto';
import type {
  CreateGrantCommandOutput,
  DecryptCommandOutput,
  DescribeKeyCommandOutput,
  GenerateDataKeyCommandOutput,
} from '@aws-sdk/client-kms';
import { seal, sealingKey, unseal } from '../../../engines/sealing/sealing.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { describePrincipal, servicePrincipal } from '../../../kernel/principal.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import { keyInaccessible } from '../errors.ts';
import { type Encryption, type Table, tables } from '../state.ts';
import { parseItem, stringifyItem } from './item-json.ts';
import type { Cell } from './item-table.ts';
import type { Item } from './values.ts';

/** "DynamoDB encryption at rest: usage notes": who asked for the table key is not asked for its permission again for five minutes. */
const keptMs = 5 * 60_000;
const mostCallers = 1000;
const managedAlias = 'alias/aws/dynamodb';

/** A table, or a backup of one. */
type Keyed = Pick<Table, 'sse' | 'account' | 'region' | 'TableName'>;

interface OpenKey {
  key: KeyObject;
  /** When KMS last let each caller have it. */
  askedMs: Map<string, number>;
}

/** Plaintext table keys, by what is kept of them; never on disk. */
const openKeys = defineEngine('dynamodb.table-keys', () => new Map<string, OpenKey>());

/**
 * A data key of its own for the table under the key asked for, and a grant by which DynamoDB goes on to use it for what
 * nobody asks for (expiry). Both take the caller's permission ("How DynamoDB uses grants in AWS KMS").
 */
export function newEncryption(ctx: Context, TableName: string, keyId = managedAlias): Promise<Encryption> {
  const context = { 'aws:dynamodb:tableName': TableName, 'aws:dynamodb:subscriberId': ctx.account };
  return inKmsWords(async () => {
    const about: DescribeKeyCommandOutput = await ctx.call('kms', 'DescribeKey', { KeyId: keyId });
    const KeyId = about.KeyMetadata?.Arn ?? keyId;
    const { GrantId = '' }: CreateGrantCommandOutput = await ctx.call('kms', 'CreateGrant', {
      KeyId,
      GranteePrincipal: `dynamodb.${ctx.region}.amazonaws.com`,
      RetiringPrincipal: `dynamodb.${ctx.region}.amazonaws.com`,
      Operations: [...grantedOperations],
      Constraints: { EncryptionContextSubset: context },
    });
    const made: GenerateDataKeyCommandOutput = await ctx.call('kms', 'GenerateDataKey', {
      KeyId,
      KeySpec: 'AES_256',
      EncryptionContext: context,
    });
    const CiphertextBlob = Buffer.from(made.CiphertextBlob ?? []).toString('base64');
    return { KMSMasterKeyArn: KeyId, CiphertextBlob, context, GrantId };
  });
}

const grantedOperations = [
  'Encrypt',
  'Decrypt',
  'ReEncryptFrom',
  'ReEncryptTo',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'DescribeKey',
  'RetireGrant',
] as const;

/** Nothing to wait for when the table has no key of KMS, or this caller asked for it lately. */
export function unlock(ctx: Context, table: Keyed): Promise<void> | undefined {
  const { sse } = table;
  if (!sse) return undefined;
  const askedMs = ctx.engine(openKeys).get(sse.CiphertextBlob)?.askedMs.get(describePrincipal(ctx.principal));
  if (askedMs !== undefined && ctx.clock.now() - askedMs < keptMs) return undefined;
  return openWithKms(ctx, table, sse);
}

/** As the caller, who must be allowed kms:Decrypt through DynamoDB; for work of DynamoDB's own, by its grant. */
async function openWithKms(ctx: Context, table: Keyed, sse: Encryption): Promise<void> {
  const own = ctx.principal.kind === 'service' && ctx.principal.service === 'dynamodb.amazonaws.com';
  const asking = own ? byGrant(ctx, table) : ctx;
  await inKmsWords(async () => {
    try {
      const { Plaintext = new Uint8Array() }: DecryptCommandOutput = await asking.call('kms', 'Decrypt', {
        KeyId: sse.KMSMasterKeyArn,
        CiphertextBlob: Buffer.from(sse.CiphertextBlob, 'base64'),
        EncryptionContext: sse.context,
      });
      keep(ctx, sse, sealingKey(Plaintext));
      noteAccess(ctx, table, undefined);
    } catch (error) {
      if (error instanceof AwsError && !/^AccessDenied/.test(error.code)) noteAccess(ctx, table, ctx.clock.now());
      throw error;
    }
  });
}

function byGrant(ctx: Context, { account, region }: Pick<Table, 'account' | 'region'>): Context {
  return ctx.as({ principal: servicePrincipal(`dynamodb.${region}.amazonaws.com`, account), region });
}

function keep(ctx: Context, sse: Encryption, key: KeyObject): void {
  const open = ctx.engine(openKeys).get(sse.CiphertextBlob) ?? { key, askedMs: new Map<string, number>() };
  if (open.askedMs.size >= mostCallers) open.askedMs.clear();
  open.askedMs.set(describePrincipal(ctx.principal), ctx.clock.now());
  ctx.engine(openKeys).set(sse.CiphertextBlob, open);
}

/** What DescribeTable says of a table whose key is disabled or gone; it is not archived after seven days. */
function noteAccess(ctx: Context, { sse, ...table }: Keyed, inaccessibleMs: number | undefined): void {
  const now = tables(ctx, table).get(table.TableName);
  if (now?.sse?.CiphertextBlob !== sse?.CiphertextBlob || !now) return;
  if ((now.inaccessibleMs === undefined) === (inaccessibleMs === undefined)) return;
  tables(ctx, table).put(table.TableName, { ...now, inaccessibleMs });
}

/** With the table, or with its old key, goes the grant. */
export function forgetKey(ctx: Context, { sse, account, region }: Omit<Keyed, 'TableName'>): void {
  if (!sse) return;
  ctx.engine(openKeys).delete(sse.CiphertextBlob);
  const retired = byGrant(ctx, { account, region }).call('kms', 'RetireGrant', {
    KeyId: sse.KMSMasterKeyArn,
    GrantId: sse.GrantId,
  });
  // A key or grant that is gone already leaves nothing to retire.
  ctx.clock.track(retired.then(noted, noted));
}

function noted(): void {}

async function inKmsWords<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw error instanceof AwsError && error.status < 500 ? keyInaccessible(error) : error;
  }
}

/** An item as it is kept: sealed with AES-256-GCM where the table has a key (nonce, tag, then the text). */
export function pack(kernel: Kernel, { sse }: Pick<Table, 'sse'>, item: Item): Cell {
  const text = stringifyItem(item);
  return sse ? sealText(kernel, sse, text) : text;
}

/** The same of any text that belongs to the table. */
export function sealText(kernel: Kernel, sse: Encryption, text: string): Buffer {
  return seal(kernel.ids, keyOf(kernel, sse), text);
}

/** Items written before the table got its key are still text. */
export function unpack(kernel: Kernel, { sse }: Pick<Table, 'sse'>, cell: Cell): Item {
  if (typeof cell === 'string') return parseItem(cell);
  if (!sse) throw new Error('a sealed item in a table without a key');
  return parseItem(unseal(keyOf(kernel, sse), cell).toString('utf8'));
}

function keyOf(kernel: Kernel, sse: Encryption): KeyObject {
  const open = kernel.engine(openKeys).get(sse.CiphertextBlob);
  if (!open) throw new Error('the key of a table was not asked for');
  return open.key;
}

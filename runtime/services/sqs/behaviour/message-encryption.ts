import type { KeyObject } from 'node:crypto';
import type { DecryptCommandOutput, GenerateDataKeyCommandOutput } from '@aws-sdk/client-kms';
import { seal, sealingKey, unseal } from '../../../engines/sealing/sealing.ts';
import { defineEngine } from '../../../kernel/engine.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { describePrincipal } from '../../../kernel/principal.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import { kmsRefusal } from '../errors.ts';
import { numberAttribute, type Queue } from '../state.ts';
import type { StoredMessage } from './message-table.ts';

/**
 * Server-side encryption with a key of KMS encrypts the body of a message, and neither its attributes nor anything about the
 * queue ("Encryption at rest in Amazon SQS"). Each principal has data keys of its own, used for the queue's reuse period.
 */
export interface DataKey {
  key: KeyObject;
  /** What is kept beside the message: the wrapped key and the queue it is bound to, JSON. */
  wrapped: string;
  untilMs: number;
}

/** Plaintext data keys by who may use them; the oldest goes first. Never on disk. */
const mostDataKeys = 10_000;
const dataKeys = defineEngine('sqs.data-keys', () => new Map<string, DataKey>());

/** The key to send with; undefined when bodies are kept as they are, a promise when KMS has to be asked. */
export function sendingKey(ctx: Context, queue: Queue): DataKey | Promise<DataKey> | undefined {
  const KeyId = queue.attributes.KmsMasterKeyId;
  if (KeyId === undefined) return undefined;
  const name = nameOf(ctx, `${queue.QueueArn} ${KeyId}`);
  return known(ctx, name) ?? newDataKey(ctx, queue, { KeyId, name });
}

/** "Producers need kms:GenerateDataKey and kms:Decrypt", the second of which verifies the new key. */
async function newDataKey(
  ctx: Context,
  queue: Queue,
  { KeyId, name }: { KeyId: string; name: string },
): Promise<DataKey> {
  const EncryptionContext = { 'aws:sqs:arn': queue.QueueArn };
  const made = await askKms<GenerateDataKeyCommandOutput>(ctx, 'GenerateDataKey', {
    KeyId,
    KeySpec: 'AES_256',
    EncryptionContext,
  });
  const blob = Buffer.from(made.CiphertextBlob ?? []).toString('base64');
  const wrapped = JSON.stringify({ CiphertextBlob: blob, arn: queue.QueueArn });
  const dataKey = await openDataKey(ctx, queue, wrapped);
  return remember(ctx, name, dataKey);
}

/** Which of the messages' data keys the caller has still to ask for. */
export function lockedKeys(ctx: Context, messages: readonly StoredMessage[]): string[] {
  let locked: Set<string> | undefined;
  for (const { dataKey } of messages) {
    if (dataKey === null || known(ctx, nameOf(ctx, dataKey))) continue;
    locked ??= new Set();
    locked.add(dataKey);
  }
  return locked ? [...locked] : [];
}

/** Consumers need kms:Decrypt. */
export async function openDataKey(ctx: Context, queue: Queue, wrapped: string): Promise<DataKey> {
  const { CiphertextBlob, arn } = JSON.parse(wrapped) as { CiphertextBlob: string; arn: string };
  const opened = await askKms<DecryptCommandOutput>(ctx, 'Decrypt', {
    CiphertextBlob: Buffer.from(CiphertextBlob, 'base64'),
    EncryptionContext: { 'aws:sqs:arn': arn },
  });
  const reuseMs = (numberAttribute(queue, 'KmsDataKeyReusePeriodSeconds') || 300) * 1000;
  const dataKey = {
    key: sealingKey(opened.Plaintext ?? new Uint8Array()),
    wrapped,
    untilMs: ctx.clock.now() + reuseMs,
  };
  return remember(ctx, nameOf(ctx, wrapped), dataKey);
}

export function sealBody(kernel: Kernel, { key }: DataKey, body: string): string {
  return seal(kernel.ids, key, body).toString('base64');
}

/** The body in the clear; of a sealed one the key must have been opened in this turn. */
export function bodyOf(ctx: Context, { body, dataKey }: StoredMessage): string {
  if (dataKey === null) return body;
  const open = ctx.engine(dataKeys).get(nameOf(ctx, dataKey));
  if (!open) throw new Error('the data key of a message was not asked for');
  return unseal(open.key, Buffer.from(body, 'base64')).toString('utf8');
}

function nameOf(ctx: Context, of: string): string {
  return `${describePrincipal(ctx.principal)} ${of}`;
}

function known(ctx: Context, name: string): DataKey | undefined {
  const dataKey = ctx.engine(dataKeys).get(name);
  return dataKey && dataKey.untilMs > ctx.clock.now() ? dataKey : undefined;
}

function remember(ctx: Context, name: string, dataKey: DataKey): DataKey {
  const all = ctx.engine(dataKeys);
  all.delete(name);
  all.set(name, dataKey);
  for (const oldest of all.keys()) {
    if (all.size <= mostDataKeys) break;
    all.delete(oldest);
  }
  return dataKey;
}

async function askKms<Output>(ctx: Context, operation: string, input: object): Promise<Output> {
  try {
    return await ctx.call<Output>('kms', operation, input);
  } catch (error) {
    throw error instanceof AwsError && error.status < 500 ? kmsRefusal(error) : error;
  }
}

import { receiptHandleIsInvalid } from '../errors.ts';

/** What a receipt handle says: which message, and which receiving of it. Opaque to callers. */
export interface Receipt {
  queueName: string;
  seq: number;
  nonce: string;
}

export function formatReceipt(receipt: Receipt): string {
  return Buffer.from(`${receipt.queueName}\n${receipt.seq}\n${receipt.nonce}`).toString('base64');
}

export function parseReceipt(handle: string): Receipt {
  const [queueName, seq, nonce] = Buffer.from(handle, 'base64').toString('utf8').split('\n');
  if (!queueName || !seq || !/^\d+$/.test(seq) || !nonce) throw receiptHandleIsInvalid(handle);
  return { queueName, seq: Number(seq), nonce };
}

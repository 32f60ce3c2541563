import type { Timer } from '../../../kernel/clock/clock.ts';
import type { Kernel } from '../../../kernel/service.ts';
import { tables } from '../state.ts';
import { dropExpiredBackups } from './backups.ts';
import { trimJournal } from './journal.ts';
import { trimStreams } from './stream-records.ts';

/** What is past its time is never shown; this is how often it is also deleted. */
const sweepMs = 60 * 60_000;

export function sweepRegularly(kernel: Kernel): Timer {
  return kernel.clock.every(sweepMs, 'deletion of DynamoDB records past their retention', () => sweep(kernel), {
    kind: 'retention',
  });
}

function sweep(kernel: Kernel): void {
  trimStreams(kernel);
  dropExpiredBackups(kernel);
  const nowMs = kernel.clock.now();
  for (const scope of kernel.store.scopes('dynamodb.tables')) {
    for (const table of tables(kernel, scope).values()) {
      if (table.recovery) trimJournal(kernel, table, nowMs - table.recovery.days * 86_400_000);
    }
  }
  for (const scope of kernel.store.scopes('dynamodb.transaction-tokens')) {
    const tokens = kernel.store.collection<{ untilMs: number }>('dynamodb.transaction-tokens', scope);
    for (const [token, { untilMs }] of tokens.entries()) if (untilMs <= nowMs) tokens.delete(token);
  }
}

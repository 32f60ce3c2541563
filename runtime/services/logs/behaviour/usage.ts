import type { Kernel } from '../../../kernel/service.ts';
import { gigabyte, type Standing } from '../../../kernel/usage.ts';
import { groupArn, groups } from '../state.ts';
import { eventTable } from './event-table.ts';

/** "Amazon CloudWatch pricing", example of log storage: data is kept compressed, to 0.15 of what was ingested. */
const compressed = 0.15;

export function* standing(kernel: Kernel): Generator<Standing> {
  const table = kernel.engine(eventTable);
  for (const scope of kernel.store.scopes('logs.groups')) {
    for (const group of groups(kernel, scope).values()) {
      const bytes = table.storedBytes(group.id);
      if (bytes > 0)
        yield {
          usageType: 'TimedStorage-ByteHrs',
          amount: (bytes * compressed) / gigabyte,
          resource: groupArn(group),
          ...scope,
        };
    }
  }
}

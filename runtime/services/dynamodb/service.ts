import { defineService, type Kernel, type Running } from '../../kernel/service.ts';
import { authorize } from './authorization.ts';
import { itemTable } from './behaviour/item-table.ts';
import { onItems } from './behaviour/metrics.ts';
import { sweepRegularly } from './behaviour/retention.ts';
import { offerScalableCapacity } from './behaviour/scalable-capacity.ts';
import { resumeExpiry } from './behaviour/time-to-live.ts';
import { standing } from './behaviour/usage.ts';
import { fidelity } from './fidelity.ts';
import * as account from './operations/account.ts';
import * as backups from './operations/backups.ts';
import { BatchGetItem, BatchWriteItem } from './operations/batches.ts';
import {
  DescribeContinuousBackups,
  RestoreTableToPointInTime,
  UpdateContinuousBackups,
} from './operations/continuous-backups.ts';
import * as items from './operations/items.ts';
import { Query, Scan } from './operations/reads.ts';
import { CreateTable, DeleteTable, DescribeTable, ListTables } from './operations/tables.ts';
import * as tagsAndPolicies from './operations/tags-and-policies.ts';
import { DescribeTimeToLive, UpdateTimeToLive } from './operations/time-to-live.ts';
import { TransactGetItems, TransactWriteItems } from './operations/transactions.ts';
import { UpdateTable } from './operations/update-table.ts';
import { GlobalTable } from './resources/GlobalTable.ts';
import { Table } from './resources/Table.ts';
import { tables } from './state.ts';

export default defineService({
  name: 'dynamodb',
  actionPrefix: 'dynamodb',
  operations: {
    ...onItems({ ...items, Query, Scan, BatchGetItem, BatchWriteItem, TransactGetItems, TransactWriteItems }),
    CreateTable,
    DescribeTable,
    UpdateTable,
    DeleteTable,
    ListTables,
    UpdateTimeToLive,
    DescribeTimeToLive,
    UpdateContinuousBackups,
    DescribeContinuousBackups,
    RestoreTableToPointInTime,
    ...backups,
    ...tagsAndPolicies,
    ...account,
  },
  resources: [Table, GlobalTable],
  authorization: authorize,
  accessDenied: { code: 'AccessDeniedException', status: 400 },
  start,
  usage: { standing },
  fidelity,
});

function start(kernel: Kernel): Running {
  kernel.engine(itemTable);
  offerScalableCapacity(kernel);
  for (const scope of kernel.store.scopes('dynamodb.tables')) {
    for (const table of tables(kernel, scope).values()) resumeExpiry(kernel, table);
  }
  const sweep = sweepRegularly(kernel);
  return { stop: () => sweep.cancel() };
}

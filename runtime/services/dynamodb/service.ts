import { defineService, type Kernel } from '../../kernel/service.ts';
import { authorize } from './authorization.ts';
import { itemTable } from './behaviour/item-table.ts';
import { resumeExpiry } from './behaviour/time-to-live.ts';
import * as batches from './operations/batches.ts';
import { DeleteItem, GetItem, PutItem, UpdateItem } from './operations/items.ts';
import { Query, Scan } from './operations/reads.ts';
import * as tableOperations from './operations/tables.ts';
import { Table } from './resources/Table.ts';
import { tables } from './state.ts';

export default defineService({
  name: 'dynamodb',
  actionPrefix: 'dynamodb',
  operations: { ...tableOperations, ...batches, GetItem, PutItem, UpdateItem, DeleteItem, Query, Scan },
  resources: [Table],
  authorization: authorize,
  accessDenied: { code: 'AccessDeniedException', status: 400 },
  start,
  fidelity: {
    'CreateTable.ProvisionedThroughput': 'stored',
    'CreateTable.SSESpecification': 'stored',
    'CreateTable.TableClass': 'stored',
    'CreateTable.StreamSpecification.StreamViewType': { refused: 'streams are not done.' },
    'CreateTable.ResourcePolicy': { refused: 'resource policies of tables are not done.' },
    'CreateTable.OnDemandThroughput': { refused: 'throughput has no limits here.' },
    'CreateTable.WarmThroughput': { refused: 'throughput has no limits here.' },
    'CreateTable.GlobalTableSettingsReplicationMode': { refused: 'global tables are not done.' },
    'UpdateContinuousBackups.PointInTimeRecoverySpecification': 'stored',
    'PutItem.ReturnItemCollectionMetrics': 'stored',
    'UpdateItem.ReturnItemCollectionMetrics': 'stored',
    'DeleteItem.ReturnItemCollectionMetrics': 'stored',
  },
});

function start(kernel: Kernel): undefined {
  kernel.engine(itemTable);
  for (const scope of kernel.store.scopes('dynamodb.tables')) {
    for (const table of tables(kernel, scope).values()) resumeExpiry(kernel, table);
  }
}

import { lookupTable } from '../../kernel/lookup-table.ts';
import type { Fidelity } from '../../kernel/service.ts';

/** Parameters that are kept without effect, or refused by name. Operations that are not there are refused as such. */
const warm: Fidelity = 'stored';
const globalTables: Fidelity = { refused: 'a table lives in one region here; global tables are not run.' };

export const fidelity: Record<string, Fidelity> = lookupTable({
  'CreateTable.WarmThroughput': warm,
  'CreateTable.GlobalSecondaryIndexes.WarmThroughput': warm,
  'CreateTable.TableClass': 'stored',
  'CreateTable.GlobalTableSourceArn': globalTables,
  'CreateTable.GlobalTableSettingsReplicationMode': globalTables,
  'UpdateTable.WarmThroughput': warm,
  'UpdateTable.TableClass': 'stored',
  'UpdateTable.ReplicaUpdates': globalTables,
  'UpdateTable.MultiRegionConsistency': globalTables,
  'UpdateTable.GlobalTableWitnessUpdates': globalTables,
  'UpdateTable.GlobalTableSettingsReplicationMode': globalTables,
  'CreateTable.VectorIndexes': { refused: 'vector indexes are not done.' },
  'UpdateTable.VectorIndexUpdates': { refused: 'vector indexes are not done.' },
  'RestoreTableFromBackup.VectorIndexOverride': { refused: 'vector indexes are not done.' },
  'RestoreTableToPointInTime.VectorIndexOverride': { refused: 'vector indexes are not done.' },
  'UpdateTable.DisassociationProtectionEnabled': { refused: 'global tables are not run.' },
});

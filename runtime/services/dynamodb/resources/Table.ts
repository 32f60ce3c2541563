import { defineResource } from '../../../kernel/resource.ts';
import { readTable } from './table-reading.ts';
import { createTable, deleteTable, type TableProperties, updateTable } from './table-settings.ts';

/** AWS::DynamoDB::Table ("AWS::DynamoDB::Table", CloudFormation Template Reference). Ref is the name. */
export const Table = defineResource<TableProperties>({
  type: 'AWS::DynamoDB::Table',
  properties: {
    TableName: 'executed',
    AttributeDefinitions: 'executed',
    KeySchema: 'executed',
    BillingMode: 'executed',
    ProvisionedThroughput: 'executed',
    OnDemandThroughput: 'executed',
    WarmThroughput: 'stored',
    GlobalSecondaryIndexes: 'executed',
    'GlobalSecondaryIndexes.WarmThroughput': 'stored',
    'GlobalSecondaryIndexes.ContributorInsightsSpecification': { refused: 'Contributor Insights is not run.' },
    LocalSecondaryIndexes: 'executed',
    StreamSpecification: 'executed',
    'StreamSpecification.ResourcePolicy': { refused: 'policies of streams are not run.' },
    TimeToLiveSpecification: 'executed',
    PointInTimeRecoverySpecification: 'executed',
    SSESpecification: 'executed',
    ResourcePolicy: 'executed',
    DeletionProtectionEnabled: 'executed',
    TableClass: 'stored',
    Tags: 'stored',
    ContributorInsightsSpecification: { refused: 'Contributor Insights is not run.' },
    KinesisStreamSpecification: { refused: 'Kinesis is not run; use StreamSpecification.' },
    ImportSourceSpecification: { refused: 'import from S3 is not run.' },
  },
  create: createTable,
  update: updateTable,
  delete: deleteTable,
  read: readTable,
});

import type { Fidelity } from '../../kernel/service.ts';

/** What is kept without effect or refused of the parameters of operations that are done. */
export const fidelity: Record<string, Fidelity> = {
  ...both('VpcConfig.Ipv6AllowedForDualStack', { refused: 'VPCs have IPv4 alone here.' }),
  ...both('FileSystemConfigs', { refused: 'EFS is not run.' }),
  ...both('SnapStart', 'stored'),
  ...both('KMSKeyArn', 'stored'),
  ...both('EphemeralStorage', 'stored'),
  ...both('TracingConfig', 'stored'),
  ...both('ImageConfig', { refused: 'functions run from zip archives only.' }),
  ...both('CapacityProviderConfig', { refused: 'there are no capacity providers.' }),
  ...both('DurableConfig', { refused: 'durable functions are not run.' }),
  'CreateFunction.Architectures': 'stored',
  'CreateFunction.CodeSigningConfigArn': { refused: 'code signing is not checked.' },
  'CreateFunction.TenancyConfig': { refused: 'tenant isolation is not run.' },
  'CreateFunction.PublishTo': { refused: 'there are no capacity providers.' },
  'Invoke.TenantId': { refused: 'tenant isolation is not run.' },
  'Invoke.DurableExecutionName': { refused: 'durable functions are not run.' },
  'InvokeWithResponseStream.TenantId': { refused: 'tenant isolation is not run.' },
  'CreateEventSourceMapping.MetricsConfig': { refused: 'poller metrics are not emitted.' },
  'CreateEventSourceMapping.AmazonManagedKafkaEventSourceConfig': {
    refused: 'queues and streams of DynamoDB are read.',
  },
  'CreateEventSourceMapping.SelfManagedKafkaEventSourceConfig': { refused: 'queues and streams of DynamoDB are read.' },
  'CreateEventSourceMapping.DocumentDBEventSourceConfig': { refused: 'queues and streams of DynamoDB are read.' },
  'UpdateEventSourceMapping.AmazonManagedKafkaEventSourceConfig': {
    refused: 'queues and streams of DynamoDB are read.',
  },
  'UpdateEventSourceMapping.SelfManagedKafkaEventSourceConfig': { refused: 'queues and streams of DynamoDB are read.' },
  'UpdateEventSourceMapping.DocumentDBEventSourceConfig': { refused: 'queues and streams of DynamoDB are read.' },
  'CreateEventSourceMapping.ProvisionedPollerConfig': { refused: 'pollers come and go with the load.' },
  'UpdateEventSourceMapping.ProvisionedPollerConfig': { refused: 'pollers come and go with the load.' },
  'CreateFunction.Code.S3ObjectStorageMode': { refused: 'code is copied.' },
  'PublishLayerVersion.Content.S3ObjectStorageMode': { refused: 'code is copied.' },
  'UpdateFunctionCode.S3ObjectStorageMode': { refused: 'code is copied.' },
  'ListFunctions.MasterRegion': { refused: 'functions at the edge are not replicated to regions.' },
  'PublishVersion.PublishTo': { refused: 'there are no capacity providers.' },
  'UpdateFunctionCode.PublishTo': { refused: 'there are no capacity providers.' },
};

function both(parameter: string, fidelity: Fidelity): Record<string, Fidelity> {
  return { [`CreateFunction.${parameter}`]: fidelity, [`UpdateFunctionConfiguration.${parameter}`]: fidelity };
}

import { parametersOf, refusedFor, stored } from '../../kernel/fidelity.ts';
import { lookupTable } from '../../kernel/lookup-table.ts';
import type { Fidelity } from '../../kernel/service.ts';

const functions = ['CreateFunction', 'UpdateFunctionConfiguration'];
const eventSourceMappings = ['CreateEventSourceMapping', 'UpdateEventSourceMapping'];

/** What is kept without effect or refused of the parameters of operations that are done. */
export const fidelity: Record<string, Fidelity> = lookupTable({
  ...refusedFor('VPCs have IPv4 alone here.', parametersOf(functions, 'VpcConfig.Ipv6AllowedForDualStack')),
  ...refusedFor('EFS is not run.', parametersOf(functions, 'FileSystemConfigs')),
  ...stored(
    parametersOf(functions, 'SnapStart', 'KMSKeyArn', 'EphemeralStorage', 'TracingConfig'),
    'CreateFunction.Architectures',
  ),
  ...refusedFor('functions run from zip archives only.', parametersOf(functions, 'ImageConfig')),
  ...refusedFor(
    'there are no capacity providers.',
    parametersOf(functions, 'CapacityProviderConfig'),
    parametersOf(['CreateFunction', 'PublishVersion', 'UpdateFunctionCode'], 'PublishTo'),
  ),
  ...refusedFor(
    'durable functions are not run.',
    parametersOf(functions, 'DurableConfig'),
    'Invoke.DurableExecutionName',
  ),
  ...refusedFor('code signing is not checked.', 'CreateFunction.CodeSigningConfigArn'),
  ...refusedFor(
    'tenant isolation is not run.',
    'CreateFunction.TenancyConfig',
    parametersOf(['Invoke', 'InvokeWithResponseStream'], 'TenantId'),
  ),
  ...refusedFor('poller metrics are not emitted.', 'CreateEventSourceMapping.MetricsConfig'),
  ...refusedFor(
    'queues and streams of DynamoDB are read.',
    parametersOf(
      eventSourceMappings,
      'AmazonManagedKafkaEventSourceConfig',
      'SelfManagedKafkaEventSourceConfig',
      'DocumentDBEventSourceConfig',
    ),
  ),
  ...refusedFor('pollers come and go with the load.', parametersOf(eventSourceMappings, 'ProvisionedPollerConfig')),
  ...refusedFor(
    'code is copied.',
    'CreateFunction.Code.S3ObjectStorageMode',
    'PublishLayerVersion.Content.S3ObjectStorageMode',
    'UpdateFunctionCode.S3ObjectStorageMode',
  ),
  ...refusedFor('functions at the edge are not replicated to regions.', 'ListFunctions.MasterRegion'),
});

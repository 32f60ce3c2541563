import type {
  CreateEventSourceMappingCommandInput,
  UpdateEventSourceMappingCommandInput,
} from '@aws-sdk/client-lambda';
import { AwsError, refused } from '../../../../kernel/errors.ts';
import type { Context } from '../../../../kernel/service.ts';
import { invalidParameter, validation } from '../../errors.ts';
import type { FunctionVersion, MappingRecord } from '../../state.ts';
import { executionRole, queueUrl } from '../destinations.ts';
import { checkFilters } from './filter-criteria.ts';

type Kind = 'sqs' | 'fifo' | 'dynamodb';
type Settings = Omit<UpdateEventSourceMappingCommandInput, 'UUID' | 'FunctionName' | 'Enabled'>;

const notRun = [
  'AmazonManagedKafkaEventSourceConfig',
  'SelfManagedEventSource',
  'SelfManagedKafkaEventSourceConfig',
  'DocumentDBEventSourceConfig',
  'SourceAccessConfigurations',
  'TumblingWindowInSeconds',
  'KMSKeyArn',
  'ProvisionedPollerConfig',
  'Topics',
  'Queues',
] as const;

/** Checks what was asked for against "CreateEventSourceMapping"; returns the source's ARN. */
export function checkMapping(input: CreateEventSourceMappingCommandInput): string {
  const arn = input.EventSourceArn ?? '';
  for (const parameter of notRun)
    if (input[parameter]) throw refused(`Lambda CreateEventSourceMapping parameter ${parameter}`);
  if (!arn) throw invalidParameter('EventSourceArn is required.');
  const kind = kindOf(arn);
  checkRanges(input, kind);
  checkFilters(input.FilterCriteria);
  const { BatchSize, MaximumBatchingWindowInSeconds: window = 0, StartingPosition } = input;
  if (kind === 'dynamodb') {
    if (StartingPosition === 'AT_TIMESTAMP')
      throw invalidParameter('Unsupported starting position for arn type. Please select one of TRIM_HORIZON, LATEST.');
    if (!StartingPosition)
      throw invalidParameter(
        '1 validation error detected: Value null at "startingPosition" failed to satisfy constraint: Member must not be null.',
      );
    return arn;
  }
  if (StartingPosition) throw invalidParameter('StartingPosition is not valid for SQS event sources.');
  if (kind === 'fifo' && window > 0) throw invalidParameter('Batching window is not supported for FIFO queues.');
  if (BatchSize !== undefined && BatchSize > 10 && window === 0) {
    throw invalidParameter(
      'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10',
    );
  }
  return arn;
}

function kindOf(arn: string): Kind {
  const [, , service, , , resource = ''] = arn.split(':');
  if (service === 'sqs') return resource.endsWith('.fifo') ? 'fifo' : 'sqs';
  if (service === 'dynamodb') return 'dynamodb';
  if (service === 'kinesis' || service === 'kafka' || service === 'mq' || service === 'rds') {
    throw refused(`Lambda event source ${service}`, 'Orrery reads SQS queues and DynamoDB streams.');
  }
  throw invalidParameter(
    `Unrecognized event source, must be kinesis, dynamodb stream or sqs. Unsupported source arn : ${arn}`,
  );
}

function checkRanges(input: Settings, kind: Kind): void {
  const violations: string[] = [];
  const range = (member: string, value: number | undefined, least: number, most: number): void => {
    if (value === undefined || (value >= least && value <= most)) return;
    const bound = value < least ? `greater than or equal to ${least}` : `less than or equal to ${most}`;
    violations.push(`Value '${value}' at '${member}' failed to satisfy constraint: Member must have value ${bound}`);
  };
  range('batchSize', input.BatchSize, 1, kind === 'fifo' ? 10 : 10_000);
  range('maximumBatchingWindowInSeconds', input.MaximumBatchingWindowInSeconds, 0, 300);
  range('scalingConfig.maximumConcurrency', input.ScalingConfig?.MaximumConcurrency, 2, 1000);
  range('parallelizationFactor', input.ParallelizationFactor, 1, 10);
  range('maximumRetryAttempts', input.MaximumRetryAttempts, -1, 10_000);
  range('maximumRecordAgeInSeconds', input.MaximumRecordAgeInSeconds, -1, 604_800);
  if (violations.length > 0) throw validation(violations);
  const streamOnly = [
    'ParallelizationFactor',
    'MaximumRetryAttempts',
    'MaximumRecordAgeInSeconds',
    'BisectBatchOnFunctionError',
  ] as const;
  for (const member of streamOnly) {
    if (kind !== 'dynamodb' && input[member] !== undefined)
      throw invalidParameter(`Unsupported ${member} parameter for given event source mapping type.`);
  }
}

/** The settings a record keeps, with the defaults of its kind of source. */
export function mappingSettings(arn: string, input: Settings, before?: MappingRecord): Partial<MappingRecord> {
  const stream = kindOf(arn) === 'dynamodb';
  const defaults: Partial<MappingRecord> = stream
    ? {
        BatchSize: 100,
        MaximumBatchingWindowInSeconds: 0,
        ParallelizationFactor: 1,
        MaximumRecordAgeInSeconds: -1,
        MaximumRetryAttempts: -1,
        BisectBatchOnFunctionError: false,
        DestinationConfig: { OnFailure: {} },
        FunctionResponseTypes: [],
      }
    : { BatchSize: 10, MaximumBatchingWindowInSeconds: 0, FunctionResponseTypes: [] };
  const settings: Partial<MappingRecord> = {};
  const members = [
    'BatchSize',
    'MaximumBatchingWindowInSeconds',
    'ParallelizationFactor',
    'MaximumRecordAgeInSeconds',
    'MaximumRetryAttempts',
    'BisectBatchOnFunctionError',
    'DestinationConfig',
    'FunctionResponseTypes',
    'FilterCriteria',
    'ScalingConfig',
  ] as const;
  for (const member of members) {
    const value = input[member] ?? before?.[member] ?? defaults[member];
    if (value !== undefined) Object.assign(settings, { [member]: value });
  }
  return settings;
}

/** Lambda tries the source with the execution role before it takes the mapping. */
export async function checkSource(ctx: Context, arn: string, version: FunctionVersion): Promise<void> {
  const as = { principal: executionRole(ctx, version.FunctionName) };
  const stream = kindOf(arn) === 'dynamodb';
  try {
    if (stream) await ctx.call('dynamodbstreams', 'DescribeStream', { StreamArn: arn, Limit: 1 }, as);
    else await checkVisibility(ctx, arn, version, as);
  } catch (error) {
    if (!(error instanceof AwsError) || error.code === 'InvalidParameterValueException') throw error;
    if (/AccessDenied/.test(error.code)) {
      const call = stream ? 'GetRecords on DynamoDB' : 'ReceiveMessage on SQS';
      throw invalidParameter(`The function execution role does not have permissions to call ${call}`);
    }
    throw invalidParameter(`Error occurred while the event source was read. ${error.code}: ${error.message}`);
  }
}

async function checkVisibility(
  ctx: Context,
  arn: string,
  version: FunctionVersion,
  as: Parameters<Context['call']>[3],
): Promise<void> {
  const { Attributes } = await ctx.call<{ Attributes?: Record<string, string> }>(
    'sqs',
    'GetQueueAttributes',
    { QueueUrl: queueUrl(ctx, arn), AttributeNames: ['VisibilityTimeout'] },
    as,
  );
  const visibility = Number(Attributes?.VisibilityTimeout ?? 30);
  if (visibility < version.Timeout) {
    throw invalidParameter(
      `Queue visibility timeout: ${visibility} seconds is less than Function timeout: ${version.Timeout} seconds`,
    );
  }
}

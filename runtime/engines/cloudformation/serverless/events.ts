import { lookupTable } from '../../../kernel/lookup-table.ts';
import { isRecord, type ResourceDefinition, TemplateError } from '../template/template.ts';
import type { Expansion } from './expand-serverless.ts';
import type { InvocationTarget } from './function.ts';
import { addRoute } from './http-api.ts';
import { attribute, list, made, type Properties, pick } from './properties.ts';

/** One event of a function, with everything an expansion of it may touch. */
export interface FunctionEvent extends Expansion {
  functionId: string;
  definition: ResourceDefinition;
  /** functionId and the event's own name: the logical id of what is made for it. */
  id: string;
  properties: Properties;
  target: InvocationTarget;
  managedPolicies: Set<string>;
}

const mappingProperties = [
  'BatchSize',
  'BisectBatchOnFunctionError',
  'DestinationConfig',
  'Enabled',
  'FilterCriteria',
  'FunctionResponseTypes',
  'MaximumBatchingWindowInSeconds',
  'MaximumRecordAgeInSeconds',
  'MaximumRetryAttempts',
  'ParallelizationFactor',
  'ScalingConfig',
  'StartingPosition',
  'StartingPositionTimestamp',
  'TumblingWindowInSeconds',
];

/** "EventSource" of AWS::Serverless::Function; other types are refused by name. */
const kinds: Record<string, (event: FunctionEvent) => void> = lookupTable({
  SQS: (event) => mapping(event, 'Queue', 'AWSLambdaSQSQueueExecutionRole'),
  DynamoDB: (event) => mapping(event, 'Stream', 'AWSLambdaDynamoDBExecutionRole'),
  SNS: topic,
  S3: bucket,
  Schedule: (event) => rule(event, { ScheduleExpression: event.properties.Schedule }),
  EventBridgeRule: (event) => rule(event, { EventPattern: event.properties.Pattern }),
  CloudWatchEvent: (event) => rule(event, { EventPattern: event.properties.Pattern }),
  HttpApi: addRoute,
});

export function expandEvents(
  functionId: string,
  definition: ResourceDefinition,
  into: Expansion & { target: InvocationTarget },
): { managedPolicies: Set<string> } {
  const managedPolicies = new Set<string>();
  const { Events = {} } = definition.Properties ?? {};
  for (const [name, event] of Object.entries(isRecord(Events) ? Events : {})) {
    const { Type, Properties: properties = {} } = isRecord(event) ? event : {};
    const expand = kinds[String(Type)];
    if (!expand) {
      throw new TemplateError(
        `Event ${name} of type ${String(Type)} is refused: ${String(Type) === 'Api' ? 'Orrery runs no REST APIs yet; an event of type HttpApi runs' : 'Orrery does not expand it yet'}. (resource ${functionId})`,
        { path: ['Resources', functionId, 'Properties', 'Events', name] },
      );
    }
    expand({
      ...into,
      functionId,
      definition,
      id: `${functionId}${name}`,
      properties: isRecord(properties) ? properties : {},
      managedPolicies,
    });
  }
  return { managedPolicies };
}

function mapping(
  { resources, definition, id, properties, target, managedPolicies }: FunctionEvent,
  source: string,
  policy: string,
): void {
  managedPolicies.add(policy);
  refuseEventOthers(id, properties, [...mappingProperties, source]);
  resources[id] = made(definition, 'AWS::Lambda::EventSourceMapping', {
    ...pick(properties, mappingProperties),
    EventSourceArn: properties[source],
    FunctionName: target.ref,
  });
}

function topic({ resources, definition, id, properties, target }: FunctionEvent): void {
  refuseEventOthers(id, properties, ['Topic', 'FilterPolicy', 'FilterPolicyScope', 'Region', 'RedrivePolicy']);
  resources[id] = made(definition, 'AWS::SNS::Subscription', {
    Endpoint: target.arn,
    Protocol: 'lambda',
    TopicArn: properties.Topic,
    ...pick(properties, ['FilterPolicy', 'FilterPolicyScope', 'Region', 'RedrivePolicy']),
  });
  resources[`${id}Permission`] = permission(definition, target, 'sns.amazonaws.com', { SourceArn: properties.Topic });
}

/** The bucket must be in the same template: its notification is written into it. */
function bucket({ resources, definition, id, properties, target }: FunctionEvent): void {
  refuseEventOthers(id, properties, ['Bucket', 'Events', 'Filter']);
  const name = isRecord(properties.Bucket) ? String(properties.Bucket.Ref) : '';
  const found = resources[name];
  if (found?.Type !== 'AWS::S3::Bucket') {
    throw new TemplateError(
      `Event with id [${id}] is invalid. S3 events must reference an S3 bucket in the same template.`,
    );
  }
  const configuration = (found.Properties?.NotificationConfiguration ?? {}) as Properties;
  const added = list(properties.Events).map((Event) => ({
    Event,
    Function: target.arn,
    ...pick(properties, ['Filter']),
  }));
  const LambdaConfigurations = [...list(configuration.LambdaConfigurations), ...added];
  resources[name] = {
    ...found,
    DependsOn: [...list(found.DependsOn).map(String), `${id}Permission`],
    Properties: { ...found.Properties, NotificationConfiguration: { ...configuration, LambdaConfigurations } },
  };
  resources[`${id}Permission`] = permission(definition, target, 's3.amazonaws.com', {
    SourceAccount: { Ref: 'AWS::AccountId' },
  });
}

function rule({ resources, definition, id, properties, target }: FunctionEvent, what: Properties): void {
  refuseEventOthers(id, properties, [
    'Schedule',
    'Pattern',
    'Name',
    'Description',
    'Enabled',
    'State',
    'EventBusName',
    'Input',
    'InputPath',
    'RetryPolicy',
  ]);
  const State =
    properties.State ?? (properties.Enabled === false || properties.Enabled === 'false' ? 'DISABLED' : undefined);
  resources[id] = made(definition, 'AWS::Events::Rule', {
    ...what,
    ...pick(properties, ['Name', 'Description', 'EventBusName']),
    ...(State !== undefined && { State }),
    Targets: [{ Arn: target.arn, Id: `${id}LambdaTarget`, ...pick(properties, ['Input', 'InputPath', 'RetryPolicy']) }],
  });
  resources[`${id}Permission`] = permission(definition, target, 'events.amazonaws.com', {
    SourceArn: attribute(id, 'Arn'),
  });
}

export function permission(
  definition: ResourceDefinition,
  target: InvocationTarget,
  Principal: string,
  source: Properties,
): ResourceDefinition {
  return made(definition, 'AWS::Lambda::Permission', {
    Action: 'lambda:InvokeFunction',
    FunctionName: target.ref,
    Principal,
    ...source,
  });
}

export function refuseEventOthers(id: string, properties: Properties, known: readonly string[]): void {
  const other = Object.keys(properties).find((name) => !known.includes(name));
  if (other) throw new TemplateError(`Property ${other} of event ${id} is refused: Orrery does not expand it yet`);
}

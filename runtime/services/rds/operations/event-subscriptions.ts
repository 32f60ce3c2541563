import type {
  AddSourceIdentifierToSubscriptionCommandInput,
  CreateEventSubscriptionCommandInput,
  DeleteEventSubscriptionCommandInput,
  DescribeEventCategoriesCommandInput,
  DescribeEventSubscriptionsCommandInput,
  EventSubscription,
  ModifyEventSubscriptionCommandInput,
  RemoveSourceIdentifierFromSubscriptionCommandInput,
} from '@aws-sdk/client-rds';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { categoriesOf, type SourceType, sources } from '../behaviour/event-kinds.ts';
import { invalidCombination, invalidParameter } from '../errors.ts';
import { arnOf, clusters, eventSubscriptions, instances, type SubscriptionRecord, snapshots } from '../state.ts';

export async function CreateEventSubscription(ctx: Context, input: CreateEventSubscriptionCommandInput) {
  const name = String(input.SubscriptionName).toLowerCase();
  if (!/^[a-z](-?[a-z0-9]){0,254}$/.test(name))
    throw invalidParameter(`The parameter SubscriptionName is not a valid identifier: ${name}`);
  if (eventSubscriptions(ctx).has(name))
    throw new AwsError('SubscriptionAlreadyExistFault', `Subscription ${name} already exists.`, {
      queryCode: 'SubscriptionAlreadyExist',
    });
  const record: SubscriptionRecord = {
    name,
    arn: arnOf(ctx, 'es', name),
    SnsTopicArn: await topicOf(ctx, input.SnsTopicArn),
    SourceType: undefined,
    SourceIds: [],
    EventCategories: [],
    Enabled: input.Enabled ?? true,
    createdMs: ctx.clock.now(),
    Tags: input.Tags ?? [],
  };
  return answer(ctx, checked(ctx, { ...record, ...wantedOf(input), SourceIds: input.SourceIds ?? [] }));
}

export async function ModifyEventSubscription(ctx: Context, input: ModifyEventSubscriptionCommandInput) {
  const record = find(ctx, input.SubscriptionName);
  const SnsTopicArn = input.SnsTopicArn === undefined ? record.SnsTopicArn : await topicOf(ctx, input.SnsTopicArn);
  const Enabled = input.Enabled ?? record.Enabled;
  return answer(ctx, checked(ctx, { ...record, ...wantedOf(input), SnsTopicArn, Enabled }));
}

export function DescribeEventSubscriptions(ctx: Context, input: DescribeEventSubscriptionsCommandInput) {
  const name = input.SubscriptionName;
  const found = name === undefined ? eventSubscriptions(ctx).values() : [find(ctx, name)];
  return { EventSubscriptionsList: found.map((record) => describe(ctx, record)) };
}

export function DeleteEventSubscription(ctx: Context, input: DeleteEventSubscriptionCommandInput) {
  const record = find(ctx, input.SubscriptionName);
  eventSubscriptions(ctx).delete(record.name);
  return { EventSubscription: { ...describe(ctx, record), Status: 'deleting' } };
}

export function AddSourceIdentifierToSubscription(ctx: Context, input: AddSourceIdentifierToSubscriptionCommandInput) {
  const record = find(ctx, input.SubscriptionName);
  const SourceIds = [...new Set([...record.SourceIds, String(input.SourceIdentifier)])];
  return answer(ctx, checked(ctx, { ...record, SourceIds }));
}

export function RemoveSourceIdentifierFromSubscription(
  ctx: Context,
  input: RemoveSourceIdentifierFromSubscriptionCommandInput,
) {
  const record = find(ctx, input.SubscriptionName);
  if (!record.SourceIds.includes(String(input.SourceIdentifier))) throw sourceNotFound(String(input.SourceIdentifier));
  const SourceIds = record.SourceIds.filter((id) => id !== input.SourceIdentifier);
  return answer(ctx, { ...record, SourceIds });
}

export function DescribeEventCategories(_ctx: Context, input: DescribeEventCategoriesCommandInput) {
  const wanted = sources.filter((source) => input.SourceType === undefined || input.SourceType === source);
  return {
    EventCategoriesMapList: wanted.map((source) => ({ SourceType: source, EventCategories: categoriesOf(source) })),
  };
}

function wantedOf({
  SourceType: type,
  EventCategories,
}: {
  SourceType?: string | undefined;
  EventCategories?: string[] | undefined;
}) {
  if (type !== undefined && !sources.includes(type as SourceType))
    throw invalidParameter(`Events of ${type} are not told here; those of ${sources.join(', ')} are.`);
  return {
    ...(type === undefined ? {} : { SourceType: type as SourceType }),
    ...(EventCategories === undefined ? {} : { EventCategories }),
  };
}

/** "If SourceIds are supplied, SourceType must also be provided", and each is to be there. */
function checked(ctx: Context, record: SubscriptionRecord): SubscriptionRecord {
  const { SourceType: type, SourceIds, EventCategories } = record;
  if (SourceIds.length > 0 && type === undefined)
    throw invalidCombination('SourceType must be provided when SourceIds are specified.');
  const known = type === undefined ? sources.flatMap(categoriesOf) : categoriesOf(type);
  const strange = EventCategories.find((category) => !known.includes(category));
  if (strange !== undefined)
    throw new AwsError('SubscriptionCategoryNotFoundFault', `Category ${strange} not found.`, {
      status: 404,
      queryCode: 'SubscriptionCategoryNotFound',
    });
  for (const id of SourceIds) if (type !== undefined && !exists(ctx, type, id)) throw sourceNotFound(id);
  return record;
}

function exists(ctx: Context, type: SourceType, id: string): boolean {
  if (type === 'db-instance') return instances(ctx).has(id);
  if (type === 'db-cluster') return clusters(ctx).has(id);
  return snapshots(ctx).has(`${type === 'db-snapshot' ? 'instance' : 'cluster'} ${id}`);
}

const sourceNotFound = (id: string) =>
  new AwsError('SourceNotFoundFault', `Could not find source: ${id}`, { status: 404, queryCode: 'SourceNotFound' });

/** "SNSTopicArnNotFound: The SNS topic ARN does not exist." */
async function topicOf(ctx: Context, arn: string | undefined): Promise<string> {
  const TopicArn = String(arn);
  try {
    await ctx.call('sns', 'GetTopicAttributes', { TopicArn });
    return TopicArn;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError('SNSTopicArnNotFoundFault', `The SNS topic ARN ${TopicArn} does not exist.`, {
      status: 404,
      queryCode: 'SNSTopicArnNotFound',
    });
  }
}

function find(ctx: Context, name: string | undefined): SubscriptionRecord {
  const found = eventSubscriptions(ctx).get(String(name).toLowerCase());
  if (!found)
    throw new AwsError('SubscriptionNotFoundFault', `Subscription ${name} not found.`, {
      status: 404,
      queryCode: 'SubscriptionNotFound',
    });
  return found;
}

function answer(ctx: Context, record: SubscriptionRecord) {
  eventSubscriptions(ctx).put(record.name, record);
  return { EventSubscription: describe(ctx, record) };
}

function describe({ account }: Context, record: SubscriptionRecord): EventSubscription {
  const { name, arn, SnsTopicArn, SourceType: type, SourceIds, EventCategories, Enabled, createdMs } = record;
  return {
    CustomerAwsId: account,
    CustSubscriptionId: name,
    EventSubscriptionArn: arn,
    SnsTopicArn,
    Status: 'active',
    SubscriptionCreationTime: new Date(createdMs).toISOString().replace('T', ' ').replace('Z', ''),
    ...(type === undefined ? {} : { SourceType: type }),
    SourceIdsList: SourceIds,
    EventCategoriesList: EventCategories,
    Enabled,
  };
}

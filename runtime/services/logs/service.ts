import { defineService, type Kernel, type Running } from '../../kernel/service.ts';
import { authorize } from './authorization.ts';
import { eventTable } from './behaviour/event-table.ts';
import { sweepExpired } from './behaviour/retention.ts';
import { standing } from './behaviour/usage.ts';
import * as groups from './operations/groups.ts';
import {
  DeleteMetricFilter,
  DescribeMetricFilters,
  PutMetricFilter,
  TestMetricFilter,
} from './operations/metric-filters.ts';
import * as putEvents from './operations/put-events.ts';
import * as readEvents from './operations/read-events.ts';
import * as resourcePolicies from './operations/resource-policies.ts';
import * as streams from './operations/streams.ts';
import * as subscriptionFilters from './operations/subscription-filters.ts';
import {
  ListTagsForResource,
  ListTagsLogGroup,
  TagLogGroup,
  TagResource,
  UntagLogGroup,
  UntagResource,
} from './operations/tags.ts';
import { LogGroup } from './resources/LogGroup.ts';
import { LogStream } from './resources/LogStream.ts';
import { MetricFilter } from './resources/MetricFilter.ts';
import { ResourcePolicy } from './resources/ResourcePolicy.ts';
import { SubscriptionFilter } from './resources/SubscriptionFilter.ts';

const oneAccount = 'there is no monitoring account over others; leave it out.';

export default defineService({
  name: 'logs',
  actionPrefix: 'logs',
  operations: {
    ...groups,
    ...putEvents,
    ...readEvents,
    ...resourcePolicies,
    ...subscriptionFilters,
    CreateLogStream: streams.CreateLogStream,
    DeleteMetricFilter,
    DescribeMetricFilters,
    PutMetricFilter,
    TestMetricFilter,
    DeleteLogStream: streams.DeleteLogStream,
    DescribeLogStreams: streams.DescribeLogStreams,
    ListTagsForResource,
    ListTagsLogGroup,
    TagLogGroup,
    TagResource,
    UntagLogGroup,
    UntagResource,
  },
  resources: [LogGroup, LogStream, MetricFilter, ResourcePolicy, SubscriptionFilter],
  authorization: authorize,
  start,
  usage: { standing },
  fidelity: {
    'CreateLogGroup.kmsKeyId': 'stored',
    'AssociateKmsKey.kmsKeyId': 'stored',
    'DescribeLogGroups.accountIdentifiers': { refused: oneAccount },
    'DescribeLogGroups.includeLinkedAccounts': { refused: oneAccount },
    'ListLogGroups.accountIdentifiers': { refused: oneAccount },
    'ListLogGroups.includeLinkedAccounts': { refused: oneAccount },
    'ListLogGroups.dataSources': { refused: 'log data sources are not kept.' },
    'ListLogGroups.fieldIndexNames': { refused: 'field indexes do not run.' },
    'ListLogGroups.logGroupTags': {
      refused: 'groups are not found by tags here; use the Resource Groups Tagging API on AWS.',
    },
    'PutLogEvents.entity': { refused: 'entities are not kept with log events.' },
    'PutMetricFilter.applyOnTransformedLogs': { refused: 'log transformers do not run.' },
    'PutMetricFilter.fieldSelectionCriteria': { refused: 'system fields of centralized logs are not kept.' },
    'PutMetricFilter.emitSystemFieldDimensions': { refused: 'system fields of centralized logs are not kept.' },
    'PutSubscriptionFilter.distribution': 'stored',
    'PutSubscriptionFilter.applyOnTransformedLogs': { refused: 'log transformers do not run.' },
    'PutSubscriptionFilter.fieldSelectionCriteria': { refused: 'system fields of centralized logs are not kept.' },
    'PutSubscriptionFilter.emitSystemFields': { refused: 'system fields of centralized logs are not kept.' },
    'PutResourcePolicy.resourceArn': { refused: 'policies are of the account; leave it out.' },
    'PutResourcePolicy.expectedRevisionId': { refused: 'only policies of a resource have revisions.' },
    'DeleteResourcePolicy.resourceArn': { refused: 'policies are of the account; leave it out.' },
    'DeleteResourcePolicy.expectedRevisionId': { refused: 'only policies of a resource have revisions.' },
    'DescribeResourcePolicies.resourceArn': { refused: 'policies are of the account; leave it out.' },
  },
});

function start(kernel: Kernel): Running {
  kernel.engine(eventTable);
  return sweepExpired(kernel);
}

import { defineService, type Kernel, type Running } from '../../kernel/service.ts';
import { authorize } from './authorization.ts';
import { eventTable } from './behaviour/event-table.ts';
import { sweepExpired } from './behaviour/retention.ts';
import * as groups from './operations/groups.ts';
import * as putEvents from './operations/put-events.ts';
import * as readEvents from './operations/read-events.ts';
import * as streams from './operations/streams.ts';
import { ListTagsForResource, ListTagsLogGroup, TagLogGroup, TagResource, UntagLogGroup, UntagResource } from './operations/tags.ts';
import { LogGroup } from './resources/LogGroup.ts';
import { LogStream } from './resources/LogStream.ts';

const oneAccount = 'there is no monitoring account over others; leave it out.';

export default defineService({
  name: 'logs',
  actionPrefix: 'logs',
  operations: {
    ...groups,
    ...putEvents,
    ...readEvents,
    CreateLogStream: streams.CreateLogStream,
    DeleteLogStream: streams.DeleteLogStream,
    DescribeLogStreams: streams.DescribeLogStreams,
    ListTagsForResource,
    ListTagsLogGroup,
    TagLogGroup,
    TagResource,
    UntagLogGroup,
    UntagResource,
  },
  resources: [LogGroup, LogStream],
  authorization: authorize,
  start,
  fidelity: {
    'CreateLogGroup.kmsKeyId': 'stored',
    'AssociateKmsKey.kmsKeyId': 'stored',
    'DescribeLogGroups.accountIdentifiers': { refused: oneAccount },
    'DescribeLogGroups.includeLinkedAccounts': { refused: oneAccount },
    'ListLogGroups.accountIdentifiers': { refused: oneAccount },
    'ListLogGroups.includeLinkedAccounts': { refused: oneAccount },
    'ListLogGroups.dataSources': { refused: 'log data sources are not kept.' },
    'ListLogGroups.fieldIndexNames': { refused: 'field indexes do not run.' },
    'ListLogGroups.logGroupTags': { refused: 'groups are not found by tags here; use the Resource Groups Tagging API on AWS.' },
    'PutLogEvents.sequenceToken': 'stored',
    'PutLogEvents.entity': { refused: 'entities are not kept with log events.' },
    'GetLogEvents.unmask': 'stored',
    'FilterLogEvents.unmask': 'stored',
    'FilterLogEvents.interleaved': 'stored',
  },
});

function start(kernel: Kernel): Running {
  kernel.engine(eventTable);
  return sweepExpired(kernel);
}

import { defineService } from '../../kernel/service.ts';
import { accessTo } from './authorization.ts';
import { asyncQueue } from './behaviour/async-queue.ts';
import { pollers } from './behaviour/event-sources/pollers.ts';
import { openUrls } from './behaviour/function-urls.ts';
import { fidelity } from './fidelity.ts';
import * as account from './operations/account.ts';
import * as concurrency from './operations/concurrency.ts';
import * as eventInvokeConfigs from './operations/event-invoke-configs.ts';
import * as eventSourceMappings from './operations/event-source-mappings.ts';
import * as functions from './operations/functions.ts';
import * as invocations from './operations/invocations.ts';
import * as layers from './operations/layers.ts';
import * as permissions from './operations/permissions.ts';
import * as urls from './operations/urls.ts';
import * as versions from './operations/versions.ts';

export default defineService({
  name: 'lambda',
  actionPrefix: 'lambda',
  dependencies: ['iam', 'logs', 'sqs', 'dynamodb', 'sns', 'events'],
  accessDenied: { code: 'AccessDeniedException', status: 403 },
  authorization: accessTo,
  operations: {
    ...account,
    ...concurrency,
    ...eventInvokeConfigs,
    ...eventSourceMappings,
    ...functions,
    ...invocations,
    ...layers,
    ...permissions,
    ...urls,
    ...versions,
  },
  fidelity,
  start(kernel) {
    kernel.engine(asyncQueue).resume();
    kernel.engine(pollers).resume();
    openUrls(kernel);
    return undefined;
  },
});

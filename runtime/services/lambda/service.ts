import { defineService } from '../../kernel/service.ts';
import { accessTo } from './authorization.ts';
import { asyncQueue } from './behaviour/async-queue.ts';
import { pollers } from './behaviour/event-sources/pollers.ts';
import { fleet } from './behaviour/fleet.ts';
import { openUrls } from './behaviour/function-urls.ts';
import { forgetUnusedCode } from './behaviour/used-code.ts';
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
import { Alias } from './resources/Alias.ts';
import { EventInvokeConfig } from './resources/EventInvokeConfig.ts';
import { EventSourceMapping } from './resources/EventSourceMapping.ts';
import { LambdaFunction } from './resources/Function.ts';
import { LayerVersion } from './resources/LayerVersion.ts';
import { LayerVersionPermission } from './resources/LayerVersionPermission.ts';
import { Permission } from './resources/Permission.ts';
import { Url } from './resources/Url.ts';
import { Version } from './resources/Version.ts';

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
  resources: [
    Alias,
    EventInvokeConfig,
    EventSourceMapping,
    LambdaFunction,
    LayerVersion,
    LayerVersionPermission,
    Permission,
    Url,
    Version,
  ],
  fidelity,
  async start(kernel) {
    await forgetUnusedCode(kernel);
    kernel.engine(asyncQueue).resume();
    kernel.engine(pollers).resume();
    openUrls(kernel);
    return {
      // While the services it calls still run: an environment's last lines go to its log.
      async stop() {
        kernel.engine(pollers).stop();
        kernel.engine(asyncQueue).stop();
        await kernel.engine(fleet).stop();
      },
    };
  },
});

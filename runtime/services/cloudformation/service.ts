import { deployments } from '../../engines/cloudformation/deployment/deployments.ts';
import { stackStore } from '../../engines/cloudformation/stacks/stack-store.ts';
import { defineService, type Kernel } from '../../kernel/service.ts';
import { access } from './authorization.ts';
import { publishEvents } from './behaviour/notifications.ts';
import { responseDesk } from './behaviour/response-desk.ts';
import { fidelity } from './fidelity.ts';
import * as changeSets from './operations/change-sets.ts';
import * as drift from './operations/drift.ts';
import * as events from './operations/events.ts';
import * as exports from './operations/exports.ts';
import * as resources from './operations/resources.ts';
import * as rollbacks from './operations/rollbacks.ts';
import * as signals from './operations/signals.ts';
import * as policies from './operations/stack-policies.ts';
import * as stacks from './operations/stacks.ts';
import * as templates from './operations/templates.ts';
import CustomResource from './resources/CustomResource.ts';
import Stack from './resources/Stack.ts';
import WaitCondition from './resources/WaitCondition.ts';
import WaitConditionHandle from './resources/WaitConditionHandle.ts';

const dayMs = 24 * 60 * 60_000;

export default defineService({
  name: 'cloudformation',
  actionPrefix: 'cloudformation',
  operations: {
    ...changeSets,
    ...drift,
    ...events,
    ...exports,
    ...policies,
    ...resources,
    ...rollbacks,
    ...signals,
    ...stacks,
    ...templates,
  },
  resources: [CustomResource, Stack, WaitCondition, WaitConditionHandle],
  fidelity,
  authorization: access,
  accessDenied: { code: 'AccessDenied', status: 403 },
  // Everything whose resources a deployment that is taken up again may touch.
  dependencies: [
    'apigatewayv2',
    'cloudfront',
    'cloudwatch',
    'dynamodb',
    'dynamodbstreams',
    'ecr',
    'events',
    'iam',
    'kms',
    'lambda',
    'logs',
    's3',
    'secretsmanager',
    'sns',
    'sqs',
    'ssm',
    'sts',
  ],
  start(kernel) {
    const machine = kernel.engine(deployments);
    kernel.engine(responseDesk);
    const unsubscribe = publishEvents(kernel);
    const sweep = kernel.clock.every(dayMs, 'deleted stacks are forgotten', () => forgetDeleted(kernel), {
      kind: 'retention',
    });
    // After every service has started.
    kernel.clock.after(0, 'take up deployments', () => machine.resume());
    return {
      stop: () => {
        unsubscribe();
        sweep.cancel();
        return machine.stop();
      },
    };
  },
});

/** A deleted stack can be listed for 90 days ("ListStacks", CloudFormation API Reference). */
function forgetDeleted(kernel: Kernel): void {
  const store = kernel.engine(stackStore);
  const since = kernel.clock.now() - 90 * dayMs;
  for (const stack of store.all())
    if (stack.StackStatus === 'DELETE_COMPLETE' && (stack.DeletionTime ?? 0) < since) store.forget(stack);
}

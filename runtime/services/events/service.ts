import { defineService, type Kernel, type Running } from '../../kernel/service.ts';
import { authorize } from './authorization.ts';
import { deliveries } from './behaviour/deliveries.ts';
import { arm } from './behaviour/scheduled-rules.ts';
import { meterCall } from './behaviour/usage.ts';
import * as busOperations from './operations/buses.ts';
import * as permissions from './operations/permissions.ts';
import * as putEvents from './operations/put-events.ts';
import { DeleteRule, DescribeRule, DisableRule, EnableRule, ListRules, PutRule } from './operations/rules.ts';
import * as tags from './operations/tags.ts';
import * as targets from './operations/targets.ts';
import { EventBus } from './resources/EventBus.ts';
import { EventBusPolicy } from './resources/EventBusPolicy.ts';
import { Rule } from './resources/Rule.ts';
import { rules } from './state.ts';

const busDeadLetters = 'dead letters are of targets.';
const otherTarget = 'targets of its kind are not run.';

export default defineService({
  name: 'events',
  actionPrefix: 'events',
  operations: {
    ...busOperations,
    ...permissions,
    ...putEvents,
    PutRule,
    DescribeRule,
    ListRules,
    EnableRule,
    DisableRule,
    DeleteRule,
    ...targets,
    ...tags,
  },
  resources: [EventBus, EventBusPolicy, Rule],
  authorization: authorize,
  start,
  usage: { calls: meterCall },
  fidelity: {
    'CreateEventBus.Description': 'stored',
    'CreateEventBus.KmsKeyIdentifier': 'stored',
    'CreateEventBus.DeadLetterConfig': { refused: busDeadLetters },
    'CreateEventBus.EventSourceName': { refused: 'there are no partner event sources.' },
    'CreateEventBus.LogConfig': { refused: 'event buses do not log.' },
    'UpdateEventBus.KmsKeyIdentifier': 'stored',
    'UpdateEventBus.DeadLetterConfig': { refused: busDeadLetters },
    'UpdateEventBus.LogConfig': { refused: 'event buses do not log.' },
    'PutRule.Description': 'stored',
    'PutRule.RoleArn': 'stored',
    'PutEvents.EndpointId': { refused: 'there are no global endpoints.' },
    'PutTargets.Targets.AppSyncParameters': { refused: otherTarget },
    'PutTargets.Targets.BatchParameters': { refused: otherTarget },
    'PutTargets.Targets.EcsParameters': { refused: otherTarget },
    'PutTargets.Targets.HttpParameters': { refused: otherTarget },
    'PutTargets.Targets.KinesisParameters': { refused: otherTarget },
    'PutTargets.Targets.RedshiftDataParameters': { refused: otherTarget },
    'PutTargets.Targets.RunCommandParameters': { refused: otherTarget },
    'PutTargets.Targets.SageMakerPipelineParameters': { refused: otherTarget },
  },
});

function start(kernel: Kernel): Running {
  for (const scope of kernel.store.scopes('events.rules'))
    for (const rule of rules(kernel, scope).values()) arm(kernel, rule);
  const outbox = kernel.engine(deliveries);
  outbox.resume();
  return { stop: () => outbox.stop() };
}

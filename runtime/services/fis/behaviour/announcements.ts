import { AwsError } from '../../../kernel/errors.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import { registry } from '../../../kernel/resource-registry.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { Experiment } from '../state.ts';

declare module '../../../kernel/events/events.ts' {
  interface EventTypes {
    /** An experiment began or ended, or one of its actions did. */
    'fis.experiment': {
      experimentId: string;
      account: string;
      region: string;
      status: string;
      /** Their states by name. */
      actions: Record<string, string>;
      timeMs: number;
    };
  }
}

/** "Monitor AWS FIS experiments using Amazon EventBridge": FIS Experiment State Change. */
export function announce(kernel: Kernel, experiment: Experiment, before: string): void {
  const { account, region, id, arn, experimentTemplateId, state } = experiment;
  const timeMs = kernel.clock.now();
  const actions = Object.fromEntries(
    Object.entries(experiment.actions).map(([name, action]) => [name, action.state.status]),
  );
  kernel.events.emit('fis.experiment', { experimentId: id, account, region, status: state.status, actions, timeMs });
  if (before === state.status || !kernel.engine(registry).services.has('events')) return;
  const principal = servicePrincipal('fis.amazonaws.com', account, { serviceLinked: true });
  const entry = {
    Source: 'aws.fis',
    DetailType: 'FIS Experiment State Change',
    Resources: [arn],
    Time: new Date(timeMs),
    Detail: JSON.stringify({
      'experiment-id': id,
      'experiment-template-id': experimentTemplateId,
      'new-state': { status: state.status, reason: state.reason },
      'old-state': { status: before },
    }),
  };
  const sent = kernel.context({ principal, region }).call('events', 'PutEvents', { Entries: [entry] });
  void kernel.clock.track(
    sent.catch((error: unknown) => {
      if (!(error instanceof AwsError)) throw error;
      kernel.events.emit('problem', { timeMs, where: `fis ${id}, events`, message: `${error.code}: ${error.message}` });
    }),
  );
}

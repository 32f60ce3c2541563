import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { type Orrery, startOrrery } from '../../../tests/runtime-fixture.ts';
import { deployments } from '../../engines/cloudformation/deployment/deployments.ts';
import { stackStore } from '../../engines/cloudformation/stacks/stack-store.ts';
import { type FakeTypes, installFakeTypes } from './fake-types.fixture.ts';

/** A runtime with CloudFormation alone and fake resource types; `app` is the stack unless told. */
export interface Setting {
  orrery: Orrery;
  client: CloudFormationClient;
  fakes: FakeTypes;
  status(name?: string): Promise<string | undefined>;
  settle(name?: string): Promise<void>;
  create(template: object | string, options?: object): Promise<void>;
  update(template: object | string, options?: object): Promise<void>;
  events(): Promise<string[]>;
}

export async function withStacks(run: (setting: Setting) => Promise<void>, services: string[] = []): Promise<void> {
  const orrery = await startOrrery({ services: ['cloudformation', ...services] });
  const client = orrery.client(CloudFormationClient);
  const fakes = installFakeTypes(orrery.kernel);
  const text = (template: object | string) => (typeof template === 'string' ? template : JSON.stringify(template));
  const settle = async (name = 'app'): Promise<void> => {
    const { kernel } = orrery;
    const stack = kernel.engine(stackStore).find({ account: '000000000000', region: 'us-east-1' }, name);
    if (stack) await kernel.engine(deployments).settled(stack.StackId);
  };
  const setting: Setting = {
    orrery,
    client,
    fakes,
    settle,
    status: async (name = 'app') =>
      (await client.send(new DescribeStacksCommand({ StackName: name }))).Stacks?.[0]?.StackStatus,
    create: async (template, options = {}) => {
      await client.send(new CreateStackCommand({ StackName: 'app', TemplateBody: text(template), ...options }));
      await settle();
    },
    update: async (template, options = {}) => {
      await client.send(new UpdateStackCommand({ StackName: 'app', TemplateBody: text(template), ...options }));
      await settle();
    },
    events: async () => {
      const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: 'app' }));
      return StackEvents.map((event) => `${event.LogicalResourceId} ${event.ResourceStatus}`).reverse();
    },
  };
  try {
    await run(setting);
  } finally {
    await orrery.stop();
  }
}

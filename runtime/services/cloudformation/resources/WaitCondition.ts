import { signals } from '../../../engines/cloudformation/deployment/creation-signals.ts';
import type { DeploymentContext } from '../../../engines/cloudformation/deployment/resource-context.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';
import { handleKey } from '../behaviour/wait-handles.ts';

interface WaitProperties {
  Handle?: string;
  Count?: number;
  Timeout?: string;
}

/** Complete once `Count` signals with status SUCCESS came to its handle ("Create wait conditions in a CloudFormation template"). */
export default defineResource<WaitProperties>({
  type: 'AWS::CloudFormation::WaitCondition',
  properties: { Handle: 'executed', Count: 'executed', Timeout: 'executed' },
  async create(ctx, properties) {
    return { physicalId: ctx.generateName(), attributes: { Data: await wait(ctx, properties) } };
  },
  async delete() {},
});

async function wait(ctx: ResourceContext, { Handle, Count = 1, Timeout }: WaitProperties): Promise<string> {
  // A wait condition with a creation policy has neither handle nor time-out: the policy's signals are waited for instead.
  if (Handle === undefined) return '{}';
  const seconds = Number(Timeout ?? 0);
  if (!(seconds > 0 && seconds <= 43_200))
    throw new AwsError('ValidationError', 'Value of property Timeout must be between 1 and 43200 seconds');
  const received = await ctx.engine(signals).wait(ctx as DeploymentContext, handleKey(Handle), {
    count: Count,
    timeoutMs: seconds * 1000,
    timeoutReason: `WaitCondition timed out. Received ${ctx.engine(signals).received(handleKey(Handle)).length} conditions when expecting ${Count}`,
  });
  return JSON.stringify(Object.fromEntries(received.map(({ UniqueId, Data = '' }) => [UniqueId, Data])));
}

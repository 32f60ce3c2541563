import { rootOf } from '../../kernel/principal.ts';
import type { Kernel } from '../../kernel/service.ts';
import type { StackToDeploy } from './assembly.ts';
import { ensureBootstrap } from './bootstrap.ts';
import { deployStack } from './deploy-stack.ts';
import { publishAssets } from './publish-assets.ts';

export interface DeployTarget {
  stacks: StackToDeploy[];
  account: string;
  region: string;
}

/** What a deployment says while it goes on, one line each. */
export interface DeployProgress {
  stack: string;
  /** A resource's new state, or the stack's own. */
  resource?: string;
  type?: string;
  status: string;
  reason?: string;
}

/** Deploys the stacks one after the other, as the account's root: bootstrap, assets, stack. Rejects with PersonError. */
export async function deployAll(
  kernel: Kernel,
  target: DeployTarget,
  onProgress: (progress: DeployProgress) => void,
): Promise<void> {
  const ctx = kernel.context({ principal: rootOf(target.account), region: target.region });
  for (const stack of target.stacks) {
    const there = ctx.as({ region: stack.region ?? target.region });
    if (stack.assets.length > 0 || stack.template.includes('/cdk-bootstrap/')) await ensureBootstrap(there);
    await publishAssets(there, stack.assets);
    const result = await deployStack(there, stack, (event) =>
      onProgress({
        stack: stack.name,
        resource: event.LogicalResourceId,
        type: event.ResourceType,
        status: event.ResourceStatus,
        ...(event.ResourceStatusReason ? { reason: event.ResourceStatusReason } : {}),
      }),
    );
    // Of a change the stack's own last event has told already.
    if (!result.changed) onProgress({ stack: stack.name, status: 'UNCHANGED' });
  }
}

import type { Stack } from '@aws-sdk/client-cloudformation';
import { dns } from '../data-planes/dns/dns.ts';
import { hosts } from '../data-planes/http/hosts.ts';
import { defaultAccount, defaultRegion } from '../kernel/arn.ts';
import { rootOf } from '../kernel/principal.ts';
import type { Kernel } from '../kernel/service.ts';

/** By stack and key: what AWS would say, and where it answers here. */
export type StackOutputs = Record<string, Record<string, { value: string; local: string }>>;

export async function stackOutputs(kernel: Kernel): Promise<StackOutputs> {
  const outputs: StackOutputs = {};
  for (const stack of await stacks(kernel)) {
    const entries = (stack.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [
      OutputKey,
      { value: OutputValue, local: localOf(kernel, OutputValue) },
    ]);
    if (stack.StackName && stack.StackName !== 'CDKToolkit')
      outputs[stack.StackName] = Object.fromEntries(entries) as StackOutputs[string];
  }
  return outputs;
}

/** Every stack of the default account, in the regions that have any. */
export async function stacks(kernel: Kernel): Promise<Stack[]> {
  const regions = new Set([
    defaultRegion,
    ...kernel.store.scopes('cloudformation.stacks').map((scope) => scope.region),
  ]);
  const found: Stack[] = [];
  for (const region of regions) {
    const ctx = kernel.context({ principal: rootOf(defaultAccount), region });
    const { Stacks = [] } = await ctx.call<{ Stacks?: Stack[] }>('cloudformation', 'DescribeStacks', {});
    found.push(...Stacks);
  }
  return found;
}

/** A name that is served is reached under .localhost; everything else through the API port. */
function localOf(kernel: Kernel, value: string): string {
  const { apiUrl, httpPort } = kernel.addresses;
  const url = /^(?:https?:\/\/)?([a-z0-9.-]+)(\/.*)?$/i.exec(value);
  const host = url?.[1] ?? '';
  const { local } = kernel.engine(dns).awsNames.find(`${host}.`) ?? {};
  if (local !== undefined) return local || value;
  if (host.startsWith('sqs.')) return `${apiUrl}${url?.[2] ?? ''}`;
  if (host.includes('.') && kernel.engine(hosts).find(host))
    return `http://${host}.localhost:${httpPort}${url?.[2] ?? ''}`;
  return apiUrl;
}

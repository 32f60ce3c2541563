import type { Send } from './load.ts';
import { queryCall } from './wire.ts';

const POLL_MS = 10;

/** Creates a stack and waits for its end; gives its outputs. */
export async function createStack(send: Send, name: string, template: object): Promise<Record<string, string>> {
  const TemplateBody = JSON.stringify(template);
  await send(
    cloudFormation('CreateStack', { StackName: name, TemplateBody, 'Capabilities.member.1': 'CAPABILITY_NAMED_IAM' }),
  );
  for (;;) {
    const answer = (await send(cloudFormation('DescribeStacks', { StackName: name }))).toString();
    const status = /<StackStatus>([^<]+)</.exec(answer)?.[1];
    if (status === 'CREATE_COMPLETE') return outputsOf(answer);
    if (status !== 'CREATE_IN_PROGRESS') throw new Error(`stack ${name} is ${status}: ${await failures(send, name)}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

export async function deleteStack(send: Send, name: string): Promise<void> {
  await send(cloudFormation('DeleteStack', { StackName: name }));
  for (;;) {
    const answer = await send(cloudFormation('DescribeStacks', {}));
    const stacks = answer.toString().split('<StackName>').slice(1);
    if (!stacks.some((text) => text.startsWith(`${name}<`) && !text.includes('DELETE_COMPLETE'))) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function cloudFormation(action: string, input: Record<string, string>) {
  return queryCall('cloudformation', '2010-05-15', action, input);
}

function outputsOf(answer: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  for (const [, key = '', value = ''] of answer.matchAll(/<OutputKey>([^<]*)<\/OutputKey>\s*<OutputValue>([^<]*)</g))
    outputs[key] = value;
  return outputs;
}

async function failures(send: Send, name: string): Promise<string> {
  const answer = (await send(cloudFormation('DescribeStackEvents', { StackName: name }))).toString();
  return [...answer.matchAll(/<ResourceStatusReason>([^<]+)</g)].map(([, reason]) => reason).join('; ');
}

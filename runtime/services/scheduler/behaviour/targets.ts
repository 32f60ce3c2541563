import type { Target } from '@aws-sdk/client-scheduler';
import { parseArn } from '../../../kernel/arn.ts';
import { AwsError, refused } from '../../../kernel/errors.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import { registry } from '../../../kernel/resource-registry.ts';
import type { Context } from '../../../kernel/service.ts';
import { validation } from '../errors.ts';

/** Refuses a target that AWS refuses, or that nothing here could invoke. */
export function checkTarget(ctx: Context, target: Target): void {
  const { Arn = '', Input } = target;
  const arn = parseArn(Arn);
  if (!arn) throw validation(`Provided Arn is not in correct format.`);
  const { services } = ctx.engine(registry);
  if (arn.service === 'scheduler') {
    const { service, operation } = universal(arn.resource);
    if (/^(Get|Describe|List|Query|Scan|Search|Select|Poll|Receive|BatchGet)/.test(operation))
      throw validation(`${operation} is not a supported API action for universal targets.`);
    const definition = services.get(service);
    if (!definition?.operations[operation] || binaryInputs.has(service))
      throw refused(`scheduler target ${Arn}`, `Orrery does not run ${operation} of ${service} as a target.`);
    if (!isObject(Input ?? '{}')) throw validation('Invalid RequestJson provided. Reason The Input is not valid JSON.');
    return;
  }
  if (!senders[arn.service] || !services.has(arn.service))
    throw refused(`scheduler target ${Arn}`, `Orrery does not run ${arn.service} targets of schedules.`);
  if (arn.service === 'events') {
    if (!target.EventBridgeParameters) throw validation('EventBridgeParameters must be specified for this target.');
    if (Input !== undefined && !isObject(Input)) throw validation('Input must be a JSON object for this target.');
  }
  if (arn.service === 'sqs' && arn.resource.endsWith('.fifo') && !target.SqsParameters?.MessageGroupId)
    throw validation('SqsParameters.MessageGroupId must be specified for a FIFO queue.');
}

/** Their parameters hold bytes, which JSON of an input does not say how to read. */
const binaryInputs = new Set(['s3', 'kms', 'kinesis', 'firehose']);

/** Brings the input to the target, in the name of the context. Rejects with what the target's service says. */
export async function sendTo(ctx: Context, target: Target, input: string): Promise<void> {
  const arn = parseArn(target.Arn ?? '');
  const sender = arn && senders[arn.service];
  if (!sender) throw new AwsError('INVALID_PARAMETER', `${target.Arn} is no target that runs here.`);
  await sender(ctx.as({ region: arn.region || ctx.region }), target, input);
}

/** By the service in the target's ARN ("Using templated targets in EventBridge Scheduler"). */
const senders: Record<string, ((ctx: Context, target: Target, input: string) => Promise<unknown>) | undefined> =
  lookupTable({
    lambda: (ctx, { Arn }, input) =>
      ctx.call('lambda', 'Invoke', { FunctionName: Arn, InvocationType: 'Event', Payload: Buffer.from(input) }),
    sqs: (ctx, { Arn, SqsParameters }, input) => {
      const { region, account, resource } = parseArn(Arn ?? '') ?? {};
      return ctx.call('sqs', 'SendMessage', {
        QueueUrl: `https://sqs.${region}.amazonaws.com/${account}/${resource}`,
        MessageBody: input,
        ...(SqsParameters?.MessageGroupId ? { MessageGroupId: SqsParameters.MessageGroupId } : {}),
      });
    },
    sns: (ctx, { Arn }, input) => ctx.call('sns', 'Publish', { TopicArn: Arn, Message: input }),
    events: (ctx, { Arn, EventBridgeParameters }, input) => {
      const { DetailType, Source } = EventBridgeParameters ?? {};
      const Entries = [{ EventBusName: Arn, DetailType, Source, Detail: input }];
      return ctx.call('events', 'PutEvents', { Entries });
    },
    scheduler: (ctx, { Arn }, input) => {
      const { service, operation } = universal(parseArn(Arn ?? '')?.resource ?? '');
      const given = JSON.parse(input) as Record<string, unknown>;
      const payload = service === 'lambda' && typeof given.Payload === 'string';
      return ctx.call(service, operation, payload ? { ...given, Payload: Buffer.from(String(given.Payload)) } : given);
    },
  });

/** Where the SDK's name of a service is not the AWS CLI's. */
const cliNames: Record<string, string> = lookupTable({
  cloudwatchlogs: 'logs',
  eventbridge: 'events',
  elasticloadbalancingv2: 'elbv2',
  sfn: 'stepfunctions',
});

/** "aws-sdk:sqs:sendMessage" of arn:aws:scheduler:::aws-sdk:sqs:sendMessage ("Using universal targets"). */
function universal(resource: string): { service: string; operation: string } {
  const [, name = '', action = ''] = /^aws-sdk:([a-z0-9]+):([A-Za-z0-9]+)$/.exec(resource) ?? [];
  if (name === '') throw validation('Provided Arn is not in correct format.');
  return { service: cliNames[name] ?? name, operation: action.charAt(0).toUpperCase() + action.slice(1) };
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

import { parseArn } from '../../../kernel/arn.ts';
import { authorization } from '../../../kernel/authorizer.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Context } from '../../../kernel/service.ts';
import { notFound } from '../errors.ts';
import { busArn, findBus } from '../state.ts';
import type { Delivery } from './deliveries.ts';
import { arrive } from './matching.ts';
import { meterForwarding } from './usage.ts';

/** Brings a payload to the target, as the target's role if it names one. Rejects with what the target's service says. */
export async function sendToTarget(ctx: Context, delivery: Delivery, payload: string): Promise<void> {
  const arn = parseArn(delivery.target.Arn ?? '');
  const sender = arn && senders[arn.service];
  if (!sender) throw new AwsError('InvalidParameterValue', `${delivery.target.Arn} is no target that runs here.`);
  await sender(asRole(ctx, delivery).as({ region: arn.region || ctx.region }), delivery, payload);
}

type Sender = (ctx: Context, delivery: Delivery, payload: string) => Promise<unknown>;

/** By the service in the target's ARN. */
const senders: Record<string, Sender | undefined> = lookupTable({
  lambda: (ctx, { target }, payload) =>
    ctx.call('lambda', 'Invoke', {
      FunctionName: target.Arn,
      InvocationType: 'Event',
      Payload: Buffer.from(payload),
    }),
  sqs: (ctx, { target }, payload) => {
    const { region, account, resource } = parseArn(target.Arn ?? '') ?? {};
    return ctx.call('sqs', 'SendMessage', {
      QueueUrl: `https://sqs.${region}.amazonaws.com/${account}/${resource}`,
      MessageBody: payload,
      MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: ctx.trace.header } },
      ...(target.SqsParameters?.MessageGroupId ? { MessageGroupId: target.SqsParameters.MessageGroupId } : {}),
    });
  },
  sns: (ctx, { target }, payload) => ctx.call('sns', 'Publish', { TopicArn: target.Arn, Message: payload }),
  logs: sendToLogs,
  events: sendToBus,
});

function asRole(ctx: Context, { target, rule }: Delivery): Context {
  const roleArn = target.RoleArn;
  if (!roleArn) return ctx;
  const authorizer = ctx.engine(authorization).current;
  if (!authorizer) throw new AwsError('AccessDeniedException', `The role ${roleArn} cannot be assumed.`);
  const { principal } = authorizer.assumeRole(ctx, { roleArn, sessionName: rule.Name.slice(0, 64), by: ctx.principal });
  return ctx.as({ principal });
}

/** Each event gets a stream of its own in the group. */
async function sendToLogs(ctx: Context, { target, event }: Delivery, payload: string): Promise<void> {
  const logGroupName =
    parseArn(target.Arn ?? '')
      ?.resource.replace(/^log-group:/, '')
      .replace(/:\*$/, '') ?? '';
  const logStreamName = event.id;
  try {
    await ctx.call('logs', 'CreateLogStream', { logGroupName, logStreamName });
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== 'ResourceAlreadyExistsException') throw error;
  }
  const logEvents = [{ timestamp: ctx.clock.now(), message: payload }];
  await ctx.call('logs', 'PutLogEvents', { logGroupName, logStreamName, logEvents });
}

/** The event stays the same event. One hop is all: EventBridge does not route on to a third bus ("Sending events between event buses"). */
async function sendToBus(ctx: Context, { target, event, hops, rule, traceHeader }: Delivery): Promise<void> {
  const { account = '', region = '', resource = '' } = parseArn(target.Arn ?? '') ?? {};
  if (hops > 0) {
    const code = region === rule.region ? 'THIRD_ACCOUNT_HOP_DETECTED' : 'THIRD_REGION_HOP_DETECTED';
    throw new AwsError(code, 'Events received from another event bus are not sent to a third.');
  }
  const name = resource.replace(/^event-bus\//, '');
  const bus = findBus(ctx, { account, region, name });
  if (!bus) throw notFound(`Event bus ${name} does not exist.`);
  const access = { action: 'events:PutEvents', resource: busArn(region, account, name), resourceAccount: account };
  const refusal = ctx
    .engine(authorization)
    .current?.refusal(ctx, [{ ...access, ...(bus.Policy === undefined ? {} : { resourcePolicy: bus.Policy }) }]);
  if (refusal !== undefined) throw new AwsError('AccessDeniedException', refusal);
  meterForwarding(ctx, bus, event.detail);
  arrive(ctx, bus, event, { traceHeader, hops: hops + 1 });
  await ctx.store.durable();
}

export function isTargetService(service: string): boolean {
  return senders[service] !== undefined;
}

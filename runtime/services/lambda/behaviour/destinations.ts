import { parseArn } from '../../../kernel/arn.ts';
import { authorization } from '../../../kernel/authorizer.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { type Principal, servicePrincipal } from '../../../kernel/principal.ts';
import type { Context } from '../../../kernel/service.ts';
import { functionArn } from '../function-names.ts';
import { type EventInvokeRecord, functions } from '../state.ts';
import type { AsyncEvent } from './async-table.ts';
import type { InvocationResult } from './invocation.ts';
import { emitMetric } from './metrics.ts';

export interface Outcome {
  condition: 'Success' | 'RetriesExhausted' | 'EventAgeExceeded';
  /** Undefined when the function never ran. */
  result: InvocationResult | undefined;
}

interface Delivery {
  event: AsyncEvent;
  outcome: Outcome;
  config: Partial<EventInvokeRecord>;
  functionArn: string;
}

/** Brings the outcome of an asynchronous invocation to its destination and, when it failed, to the dead-letter queue. */
export async function deliverOutcome(ctx: Context, delivery: Delivery): Promise<void> {
  const { event, outcome, config } = delivery;
  const { OnSuccess, OnFailure } = config.DestinationConfig ?? {};
  const destination = outcome.condition === 'Success' ? OnSuccess?.Destination : OnFailure?.Destination;
  if (destination) {
    const failed = await tried(() => send(ctx, event.name, destination, JSON.stringify(recordOf(ctx, delivery))));
    if (failed) emitMetric({ ctx, name: event.name }, 'DestinationDeliveryFailures', 1, 'Count');
  }
  const deadLetters = functions(ctx).get(event.name)?.latest.DeadLetterConfig?.TargetArn;
  if (outcome.condition === 'Success' || !deadLetters) return;
  const failed = await tried(() => sendDeadLetter(ctx, deadLetters, delivery));
  if (failed) emitMetric({ ctx, name: event.name }, 'DeadLetterErrors', 1, 'Count');
}

/** Sends a text to a queue, topic, function or event bus as the function's execution role. */
export async function send(ctx: Context, functionName: string, target: string, text: string): Promise<void> {
  const arn = parseArn(target);
  if (!arn) throw new AwsError('InvalidParameterValueException', `${target} is not an ARN.`);
  const as = { principal: executionRole(ctx, functionName), region: arn.region || ctx.region };
  if (arn.service === 'sqs')
    await ctx.call('sqs', 'SendMessage', { QueueUrl: queueUrl(ctx, target), MessageBody: text }, as);
  else if (arn.service === 'sns') await ctx.call('sns', 'Publish', { TopicArn: target, Message: text }, as);
  else if (arn.service === 'lambda')
    await ctx.call(
      'lambda',
      'Invoke',
      { FunctionName: target, InvocationType: 'Event', Payload: Buffer.from(text) },
      as,
    );
  else if (arn.service === 'events')
    await ctx.call('events', 'PutEvents', { Entries: [busEntry(ctx, functionName, target, text)] }, as);
  else throw new AwsError('InvalidParameterValueException', `${target} is no destination that Lambda knows.`);
}

/** A session of the function's role, as which Lambda reads sources and writes to destinations. */
export function executionRole(ctx: Context, functionName: string): Principal {
  const roleArn = functions(ctx).get(functionName)?.latest.Role;
  const authorizer = ctx.engine(authorization).current;
  if (!roleArn || !authorizer)
    throw new AwsError('AccessDeniedException', 'The execution role of the function cannot be assumed.');
  const by = servicePrincipal('lambda.amazonaws.com', ctx.account, { sourceArn: functionArn(ctx, functionName) });
  return authorizer.assumeRole(ctx.as({ principal: by }), { roleArn, sessionName: functionName, by }).principal;
}

/** SQS finds a queue by the path of its URL. */
export function queueUrl(kernel: Pick<Context, 'addresses'>, queueArn: string): string {
  const arn = parseArn(queueArn);
  return `${kernel.addresses.apiUrl}/${arn?.account ?? ''}/${arn?.resource ?? ''}`;
}

/** "Invocation record" in "Capturing records of Lambda asynchronous invocations". */
function recordOf(ctx: Context, { event, outcome, functionArn: arn }: Delivery): object {
  const { condition, result } = outcome;
  const responseContext = result && {
    statusCode: 200,
    executedVersion: result.executedVersion,
    ...(result.functionError ? { functionError: result.functionError } : {}),
  };
  return {
    version: '1.0',
    timestamp: new Date(ctx.clock.now()).toISOString(),
    requestContext: {
      requestId: event.id,
      functionArn: event.qualifier ? arn : `${arn}:$LATEST`,
      condition,
      approximateInvokeCount: event.failures + 1,
    },
    requestPayload: parsed(event.payload),
    ...(result ? { responseContext, responsePayload: parsed(result.payload) } : {}),
  };
}

/** The event itself, with what went wrong in attributes ("Adding a dead-letter queue"). */
async function sendDeadLetter(ctx: Context, target: string, { event, outcome }: Delivery): Promise<void> {
  const { payload, functionError } = outcome.result ?? {};
  const attributes = {
    RequestID: { DataType: 'String', StringValue: event.id },
    ErrorCode: { DataType: 'Number', StringValue: functionError ? '200' : '429' },
    ErrorMessage: { DataType: 'String', StringValue: errorMessage(payload).slice(0, 1024) },
  };
  const as = { principal: executionRole(ctx, event.name) };
  const text = event.payload.toString('utf8') || '{}';
  if (parseArn(target)?.service === 'sns') {
    await ctx.call('sns', 'Publish', { TopicArn: target, Message: text, MessageAttributes: attributes }, as);
  } else {
    await ctx.call(
      'sqs',
      'SendMessage',
      { QueueUrl: queueUrl(ctx, target), MessageBody: text, MessageAttributes: attributes },
      as,
    );
  }
}

function busEntry(ctx: Context, functionName: string, bus: string, text: string): object {
  const { requestContext } = JSON.parse(text) as { requestContext?: { condition?: string } };
  const DetailType = `Lambda Function Invocation Result - ${requestContext?.condition === 'Success' ? 'Success' : 'Failure'}`;
  const arn = functionArn(ctx, functionName);
  return { EventBusName: bus, Source: 'lambda', DetailType, Detail: text, Resources: [bus, `${arn}:$LATEST`] };
}

function parsed(payload: Buffer): unknown {
  try {
    return payload.length > 0 ? JSON.parse(payload.toString('utf8')) : {};
  } catch {
    return payload.toString('utf8');
  }
}

function errorMessage(payload: Buffer | undefined): string {
  const content = payload && (parsed(payload) as { errorMessage?: unknown } | null);
  return typeof content?.errorMessage === 'string' ? content.errorMessage : 'Rate Exceeded.';
}

/** True when it was refused: the caller counts it, nobody is told. */
async function tried(action: () => Promise<void>): Promise<boolean> {
  try {
    await action();
    return false;
  } catch (error) {
    if (error instanceof AwsError) return true;
    throw error;
  }
}

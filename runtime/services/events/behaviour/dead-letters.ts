import { deadLetterCode, type Exhausted } from '../../../engines/outbox/outbox.ts';
import { parseArn } from '../../../kernel/arn.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import type { Delivery } from './deliveries.ts';
import { countForRule } from './metrics.ts';

/** "Using dead-letter queues to process undelivered events": the event as it came, and in attributes what became of it. */
export async function sendToDeadLetters(
  ctx: Context,
  { rule, target, event }: Delivery,
  { failure, attempts, exhausted }: { failure: AwsError; attempts: number; exhausted: Exhausted | undefined },
): Promise<void> {
  const arn = parseArn(target.DeadLetterConfig?.Arn ?? '');
  if (!arn) return;
  const attributes: Record<string, string> = {
    RULE_ARN: rule.Arn,
    TARGET_ARN: target.Arn ?? '',
    ERROR_CODE: deadLetterCode(failure),
    ERROR_MESSAGE: failure.message,
    RETRY_ATTEMPTS: String(attempts),
    ...(exhausted ? { EXHAUSTED_RETRY_CONDITION: exhausted } : {}),
  };
  try {
    await ctx.call(
      'sqs',
      'SendMessage',
      {
        QueueUrl: `https://sqs.${arn.region}.amazonaws.com/${arn.account}/${arn.resource}`,
        MessageBody: JSON.stringify(event),
        MessageAttributes: Object.fromEntries(
          Object.entries(attributes).map(([name, text]) => [name, { DataType: 'String', StringValue: text || '-' }]),
        ),
      },
      { region: arn.region },
    );
    countForRule(ctx, rule, 'InvocationsSentToDlq');
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    countForRule(ctx, rule, 'InvocationsFailedToBeSentToDlq');
  }
}

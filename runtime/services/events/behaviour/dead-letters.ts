import { parseArn } from '../../../kernel/arn.ts';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import type { Delivery } from './deliveries.ts';
import { countForRule } from './metrics.ts';

/** "Using dead-letter queues to process undelivered events": the event as it came, and in attributes what became of it. */
export async function sendToDeadLetters(
  ctx: Context,
  { rule, target, event, attempts }: Delivery,
  failure: AwsError,
  exhausted: string | undefined,
): Promise<void> {
  const arn = parseArn(target.DeadLetterConfig?.Arn ?? '');
  if (!arn) return;
  const attributes: Record<string, string> = {
    RULE_ARN: rule.Arn,
    TARGET_ARN: target.Arn ?? '',
    ERROR_CODE: errorCode(failure),
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

const ownCodes = new Set(['THIRD_ACCOUNT_HOP_DETECTED', 'THIRD_REGION_HOP_DETECTED', 'INVALID_JSON']);

function errorCode({ code, status }: AwsError): string {
  if (ownCodes.has(code)) return code;
  if (/AccessDenied|AuthorizationError|NotAuthorized/.test(code)) return 'NO_PERMISSIONS';
  if (/NotFound|NonExistentQueue|DoesNotExist/.test(code)) return 'NO_RESOURCE';
  if (status === 429 || /Throttl|TooManyRequests/.test(code)) return 'THROTTLING';
  if (status >= 500) return 'ERROR_FROM_TARGET';
  return /Invalid|Validation/.test(code) ? 'INVALID_PARAMETER' : 'SDK_CLIENT_ERROR';
}

import type { Target } from '@aws-sdk/client-eventbridge';
import { parseArn } from '../../../kernel/arn.ts';
import { refused } from '../../../kernel/errors.ts';
import { registry } from '../../../kernel/resource-registry.ts';
import type { Context } from '../../../kernel/service.ts';
import { validation } from '../errors.ts';
import { stepsOf } from './json-path.ts';
import { isTargetService } from './send-to-target.ts';

export interface FailedEntry {
  TargetId: string;
  ErrorCode: string;
  ErrorMessage: string;
}

/** Refuses what PutTargets refuses whole; what it takes the other targets beside is returned. */
export function checkTarget(ctx: Context, target: Target): FailedEntry | undefined {
  const { Id = '', Arn = '', RoleArn } = target;
  const arn = parseArn(Arn);
  if (!arn) return failed(Id, `Parameter ${Arn} is not valid. Reason: Provided Arn is not in correct format.`);
  if (arn.service === 'events' && !arn.resource.startsWith('event-bus/'))
    throw refused(`events PutTargets target ${Arn}`, 'API destinations are not run.');
  if (!isTargetService(arn.service) || !ctx.engine(registry).services.has(arn.service))
    throw refused(`events PutTargets target ${Arn}`, `Orrery does not run ${arn.service} targets of rules.`);
  if (arn.service === 'events' && !RoleArn) throw validation(`RoleArn is required for target ${Arn}.`);
  if (arn.service === 'sqs' && arn.resource.endsWith('.fifo') && !target.SqsParameters)
    return failed(Id, `Parameter(s) SqsParameters must be specified for target: ${Id}.`);
  checkInput(target);
  const { MaximumEventAgeInSeconds: age = 60, MaximumRetryAttempts: attempts = 0 } = target.RetryPolicy ?? {};
  if (age < 60 || age > 86_400 || attempts < 0 || attempts > 185)
    throw validation(`Parameter RetryPolicy of target ${Id} is not valid.`);
  const deadLetters = target.DeadLetterConfig?.Arn;
  if (deadLetters !== undefined && parseArn(deadLetters)?.service !== 'sqs')
    throw validation(
      `Parameter DeadLetterConfig.Arn is not valid. Reason: ${deadLetters} is not the ARN of an SQS queue.`,
    );
  return undefined;
}

function checkInput({ Id, Input, InputPath, InputTransformer }: Target): void {
  if ([Input, InputPath, InputTransformer].filter((given) => given !== undefined).length > 1)
    throw validation(`Only one of Input, InputPath, or InputTransformer must be provided for target ${Id}.`);
  if (Input !== undefined && !isJson(Input)) throw validation(`JSON syntax error in input for target ${Id}.`);
  if (InputPath !== undefined) checkPath(InputPath, `target ${Id}`);
  if (!InputTransformer) return;
  const { InputPathsMap = {}, InputTemplate = '' } = InputTransformer;
  const names = Object.keys(InputPathsMap);
  if (names.length > 100) throw validation(`Too many input paths for target ${Id}: at most 100 are allowed.`);
  if (names.some((name) => name.startsWith('AWS') || name.startsWith('aws.events.')))
    throw validation(`Input path names of target ${Id} must not start with AWS.`);
  for (const path of Object.values(InputPathsMap)) checkPath(path, `target ${Id}`);
  for (const [, name = ''] of InputTemplate.matchAll(/<([^<>\s]+)>/g)) {
    if (!names.includes(name) && !reserved.has(name))
      throw validation(`InputTemplate for target ${Id} contains placeholder ${name} which is not in InputPathsMap.`);
  }
  if (!isTemplate(InputTemplate)) throw validation(`Invalid InputTemplate for target ${Id}.`);
}

const reserved = new Set([
  'aws.events.rule-arn',
  'aws.events.rule-name',
  'aws.events.event',
  'aws.events.event.json',
  'aws.events.event.ingestion-time',
]);

function checkPath(path: string, where: string): void {
  if (!stepsOf(path)) throw validation(`Invalid JSON path ${path} for ${where}.`);
}

/** A JSON value with placeholders, or lines that are JSON texts each. */
function isTemplate(template: string): boolean {
  const filled = template.replace(/"(?:[^"\\]|\\.)*"|<[^<>\s]+>/g, (part) => (part.startsWith('<') ? '0' : part));
  return isJson(filled) || filled.split('\n').every((line) => line.trim() === '' || isJson(line));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function failed(TargetId: string, ErrorMessage: string): FailedEntry {
  return { TargetId, ErrorCode: 'ValidationException', ErrorMessage };
}

import type { Case } from './case.ts';
import { alb } from './cases/alb.ts';
import { cdn } from './cases/cdn.ts';
import { webConsole } from './cases/console.ts';
import { dns } from './cases/dns.ts';
import { dynamodb } from './cases/dynamodb.ts';
import { keys } from './cases/keys.ts';
import { lambda } from './cases/lambda.ts';
import { messages } from './cases/messages.ts';
import { postgres } from './cases/postgres.ts';
import { s3 } from './cases/s3.ts';
import { sqs } from './cases/sqs.ts';
import { stacks } from './cases/stacks.ts';

export const cases: Case[] = [
  ...s3,
  ...sqs,
  ...dynamodb,
  ...keys,
  ...messages,
  ...lambda,
  ...cdn,
  ...alb,
  ...dns,
  ...postgres,
  ...stacks,
  ...webConsole,
];

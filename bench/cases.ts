import type { Case } from './case.ts';
import { dynamodb } from './cases/dynamodb.ts';
import { s3 } from './cases/s3.ts';
import { sqs } from './cases/sqs.ts';

export const cases: Case[] = [...s3, ...sqs, ...dynamodb];

import { defineService } from '../../kernel/service.ts';
import { accessTo } from './authorization.ts';
import * as functions from './operations/functions.ts';
import * as invocations from './operations/invocations.ts';

export default defineService({
  name: 'lambda',
  actionPrefix: 'lambda',
  dependencies: ['iam', 'logs', 'sqs', 'dynamodb'],
  accessDenied: { code: 'AccessDeniedException', status: 403 },
  authorization: accessTo,
  operations: { ...functions, ...invocations },
});

import { defineService } from '../../kernel/service.ts';
import * as identity from './operations/identity.ts';
import * as sessions from './operations/sessions.ts';

export default defineService({
  name: 'sts',
  actionPrefix: 'sts',
  operations: { ...identity, ...sessions },
  // AssumeRole is decided by the role's trust policy together with the caller's, in the authorizer.
  authorization: (operation) =>
    ['AssumeRole', 'GetCallerIdentity'].includes(operation) ? [] : { action: `sts:${operation}`, resource: '*' },
  dependencies: ['iam'],
});

import { formatArn } from '../../kernel/arn.ts';
import { type Access, type Context, defineService } from '../../kernel/service.ts';
import { missingAuthenticationToken } from './errors.ts';
import * as identity from './operations/identity.ts';
import * as sessions from './operations/sessions.ts';

export default defineService({
  name: 'sts',
  actionPrefix: 'sts',
  operations: { ...identity, ...sessions },
  authorization: authorize,
  // AssumeRoleWithWebIdentity and AssumeRoleWithSAML come unsigned, to be refused by name; the rest must be signed.
  anonymous: 'allowed',
  dependencies: ['iam'],
  fidelity: {
    'AssumeRole.MinimumSessionTokenSize': { refused: 'session tokens have one size.' },
    'GetSessionToken.MinimumSessionTokenSize': { refused: 'session tokens have one size.' },
    'GetFederationToken.MinimumSessionTokenSize': { refused: 'session tokens have one size.' },
    'AssumeRole.SerialNumber': { refused: 'there are no MFA devices.' },
    'AssumeRole.TokenCode': { refused: 'there are no MFA devices.' },
    'AssumeRole.SourceIdentity': { refused: 'sessions do not carry a source identity yet; leave it out.' },
    'AssumeRole.TransitiveTagKeys': {
      refused: 'session tags do not pass on through role chaining yet; give Tags each time.',
    },
    'AssumeRole.ProvidedContexts': { refused: 'there is no IAM Identity Center.' },
    'GetSessionToken.SerialNumber': { refused: 'there are no MFA devices.' },
    'GetSessionToken.TokenCode': { refused: 'there are no MFA devices.' },
    'GetFederationToken.Tags': { refused: 'federated users carry no tags yet; leave them out.' },
  },
});

/**
 * "No permissions are required" for one's identity and session tokens; AssumeRole is decided by the role's trust policy
 * together with the caller's own, in the authorizer.
 */
function authorize(operation: string, input: Record<string, unknown>, ctx: Context): Access[] {
  if (ctx.principal.kind === 'anonymous') throw missingAuthenticationToken();
  if (['AssumeRole', 'GetCallerIdentity', 'GetSessionToken'].includes(operation)) return [];
  const federated = operation === 'GetFederationToken';
  const resource = federated ? formatArn('sts', '', ctx.account, `federated-user/${String(input.Name)}`) : '*';
  return [{ action: `sts:${operation}`, resource }];
}

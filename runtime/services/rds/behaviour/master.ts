import { servicePrincipal } from '../../../kernel/principal.ts';
import type { Context } from '../../../kernel/service.ts';
import { invalidCombination, invalidParameter } from '../errors.ts';
import { offerOf } from './engines.ts';
import { checkPassword } from './input-rules.ts';
import { sqlOf } from './sql.ts';

export interface MasterInput {
  ManageMasterUserPassword?: boolean | undefined;
  MasterUserPassword?: string | undefined;
  MasterUserSecretKmsKeyId?: string | undefined;
}

/**
 * The master's password as the server keeps it, and its secret where RDS manages it ("Password management with Amazon RDS
 * and AWS Secrets Manager": a secret rds!… with username and password; the caller needs permission to make it).
 */
export async function decideMaster(
  ctx: Context,
  username: string,
  input: MasterInput,
  about: { id: string; kind: 'cluster' | 'db'; Engine: string },
): Promise<{ verifier: string; secretArn: string | undefined }> {
  const { verifier } = sqlOf(offerOf(about.Engine).runs);
  if (input.ManageMasterUserPassword && input.MasterUserPassword !== undefined)
    throw invalidCombination("You can't specify MasterUserPassword when ManageMasterUserPassword is enabled.");
  if (!input.ManageMasterUserPassword) {
    if (input.MasterUserPassword === undefined)
      throw invalidParameter('The parameter MasterUserPassword must be provided and must not be blank.');
    checkPassword(about.Engine, input.MasterUserPassword);
    return { verifier: verifier(ctx.ids, input.MasterUserPassword), secretArn: undefined };
  }
  const password = ctx.ids.secret(28);
  const { ARN } = await ctx.call<{ ARN: string }>('secretsmanager', 'CreateSecret', {
    Name: `rds!${about.kind}-${ctx.ids.uuid()}`,
    Description: `Secret associated with primary RDS DB ${about.kind === 'db' ? 'instance' : 'cluster'}: ${about.id}`,
    SecretString: JSON.stringify({ username, password }),
    ...(input.MasterUserSecretKmsKeyId ? { KmsKeyId: input.MasterUserSecretKmsKeyId } : {}),
  });
  return { verifier: verifier(ctx.ids, password), secretArn: ARN };
}

export async function forgetSecret(ctx: Context, secretArn: string | undefined): Promise<void> {
  if (secretArn === undefined) return;
  const principal = servicePrincipal('rds.amazonaws.com', ctx.account, { serviceLinked: true });
  const input = { SecretId: secretArn, ForceDeleteWithoutRecovery: true };
  await ctx.call('secretsmanager', 'DeleteSecret', input, { principal });
}

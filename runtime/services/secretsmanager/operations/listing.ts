import type { ListSecretsCommandInput } from '@aws-sdk/client-secrets-manager';
import type { Context } from '../../../kernel/service.ts';
import { describe } from '../behaviour/description.ts';
import { matching, page } from '../behaviour/search.ts';
import { versionsToStages } from '../behaviour/versions.ts';

export function ListSecrets(ctx: Context, input: ListSecretsCommandInput) {
  const { items, NextToken } = page(matching(ctx, input), input);
  return {
    SecretList: items.map((secret) => ({ ...describe(secret), SecretVersionsToStages: versionsToStages(secret) })),
    ...(NextToken === undefined ? {} : { NextToken }),
  };
}

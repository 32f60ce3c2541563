import type { EncryptionConfiguration, ImageTagMutability } from '@aws-sdk/client-ecr';
import { formatArn } from '../../kernel/arn.ts';
import type { Context } from '../../kernel/service.ts';
import { repositoryNotFound } from './errors.ts';

export interface RepositoryRecord {
  repositoryName: string;
  repositoryArn: string;
  registryId: string;
  repositoryUri: string;
  createdAtMs: number;
  imageTagMutability: ImageTagMutability;
  scanOnPush: boolean;
  encryptionConfiguration: EncryptionConfiguration;
  policyText?: string;
  lifecyclePolicyText?: string;
  tags: Record<string, string>;
}

export function repositories(ctx: Context) {
  return ctx.collection<RepositoryRecord>('ecr.repositories');
}

export function repositoryArn(ctx: Context, name: string): string {
  return formatArn('ecr', ctx.region, ctx.account, `repository/${name}`);
}

export function repositoryNamed(ctx: Context, name: string | undefined): RepositoryRecord {
  const found = repositories(ctx).get(name ?? '');
  if (!found) throw repositoryNotFound(name ?? '', ctx.account);
  return found;
}

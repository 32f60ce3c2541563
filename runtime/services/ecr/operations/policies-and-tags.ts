import type {
  DeleteLifecyclePolicyCommandInput,
  DeleteRepositoryPolicyCommandInput,
  GetLifecyclePolicyCommandInput,
  GetRepositoryPolicyCommandInput,
  ListTagsForResourceCommandInput,
  PutLifecyclePolicyCommandInput,
  SetRepositoryPolicyCommandInput,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-ecr';
import type { Context } from '../../../kernel/service.ts';
import { invalidParameter, policyNotFound } from '../errors.ts';
import { type RepositoryRecord, repositories, repositoryNamed } from '../state.ts';

export function SetRepositoryPolicy(ctx: Context, input: SetRepositoryPolicyCommandInput) {
  const record = repositoryNamed(ctx, input.repositoryName);
  const policyText = jsonText(input.policyText, 'PolicyText');
  repositories(ctx).put(record.repositoryName, { ...record, policyText });
  return { registryId: record.registryId, repositoryName: record.repositoryName, policyText };
}

export function GetRepositoryPolicy(ctx: Context, input: GetRepositoryPolicyCommandInput) {
  const { policyText, registryId, repositoryName } = repositoryNamed(ctx, input.repositoryName);
  if (policyText === undefined) throw policyNotFound('Repository', repositoryName, registryId);
  return { registryId, repositoryName, policyText };
}

export function DeleteRepositoryPolicy(ctx: Context, input: DeleteRepositoryPolicyCommandInput) {
  const answer = GetRepositoryPolicy(ctx, input);
  const { policyText: _gone, ...rest } = repositoryNamed(ctx, input.repositoryName);
  repositories(ctx).put(rest.repositoryName, rest);
  return answer;
}

export function PutLifecyclePolicy(ctx: Context, input: PutLifecyclePolicyCommandInput) {
  const record = repositoryNamed(ctx, input.repositoryName);
  const lifecyclePolicyText = jsonText(input.lifecyclePolicyText, 'LifecyclePolicyText');
  repositories(ctx).put(record.repositoryName, { ...record, lifecyclePolicyText });
  return { registryId: record.registryId, repositoryName: record.repositoryName, lifecyclePolicyText };
}

export function GetLifecyclePolicy(ctx: Context, input: GetLifecyclePolicyCommandInput) {
  const { lifecyclePolicyText, registryId, repositoryName } = repositoryNamed(ctx, input.repositoryName);
  if (lifecyclePolicyText === undefined) throw policyNotFound('Lifecycle', repositoryName, registryId);
  return { registryId, repositoryName, lifecyclePolicyText };
}

export function DeleteLifecyclePolicy(ctx: Context, input: DeleteLifecyclePolicyCommandInput) {
  const answer = GetLifecyclePolicy(ctx, input);
  const { lifecyclePolicyText: _gone, ...rest } = repositoryNamed(ctx, input.repositoryName);
  repositories(ctx).put(rest.repositoryName, rest);
  return answer;
}

export function TagResource(ctx: Context, input: TagResourceCommandInput) {
  const record = byArn(ctx, input.resourceArn);
  const added = Object.fromEntries((input.tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
  repositories(ctx).put(record.repositoryName, { ...record, tags: { ...record.tags, ...added } });
  return {};
}

export function UntagResource(ctx: Context, input: UntagResourceCommandInput) {
  const record = byArn(ctx, input.resourceArn);
  const tags = Object.fromEntries(Object.entries(record.tags).filter(([key]) => !input.tagKeys?.includes(key)));
  repositories(ctx).put(record.repositoryName, { ...record, tags });
  return {};
}

export function ListTagsForResource(ctx: Context, input: ListTagsForResourceCommandInput) {
  const { tags } = byArn(ctx, input.resourceArn);
  return { tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
}

function byArn(ctx: Context, arn = ''): RepositoryRecord {
  return repositoryNamed(ctx, arn.slice(arn.indexOf(':repository/') + ':repository/'.length));
}

function jsonText(text = '', name: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch {
    throw invalidParameter(
      `${name}' failed to satisfy constraint: 'Invalid ${name.startsWith('Life') ? 'lifecycle' : 'repository'} policy provided'`,
    );
  }
}

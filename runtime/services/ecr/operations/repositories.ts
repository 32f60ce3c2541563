import type {
  CreateRepositoryCommandInput,
  DeleteRepositoryCommandInput,
  DescribeImagesCommandInput,
  DescribeRepositoriesCommandInput,
  ListImagesCommandInput,
  PutImageScanningConfigurationCommandInput,
  PutImageTagMutabilityCommandInput,
  Repository,
} from '@aws-sdk/client-ecr';
import type { Context } from '../../../kernel/service.ts';
import { imageNotFound, invalidParameter, repositoryAlreadyExists } from '../errors.ts';
import { type RepositoryRecord, repositories, repositoryArn, repositoryNamed } from '../state.ts';

/** "CreateRepository", Amazon ECR API Reference. */
const namePattern = /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

export function CreateRepository(ctx: Context, input: CreateRepositoryCommandInput) {
  const { repositoryName = '' } = input;
  if (!namePattern.test(repositoryName) || repositoryName.length < 2 || repositoryName.length > 256) {
    throw invalidParameter(
      `repositoryName' failed to satisfy constraint: 'must satisfy regular expression '${namePattern.source}''`,
    );
  }
  if (repositories(ctx).has(repositoryName)) throw repositoryAlreadyExists(repositoryName, ctx.account);
  const record: RepositoryRecord = {
    repositoryName,
    repositoryArn: repositoryArn(ctx, repositoryName),
    registryId: ctx.account,
    repositoryUri: `${ctx.account}.dkr.ecr.${ctx.region}.amazonaws.com/${repositoryName}`,
    createdAtMs: ctx.clock.now(),
    imageTagMutability: input.imageTagMutability ?? 'MUTABLE',
    scanOnPush: input.imageScanningConfiguration?.scanOnPush ?? false,
    encryptionConfiguration: input.encryptionConfiguration ?? { encryptionType: 'AES256' },
    tags: Object.fromEntries((input.tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
  };
  repositories(ctx).put(repositoryName, record);
  return { repository: describe(record) };
}

export function DescribeRepositories(ctx: Context, input: DescribeRepositoriesCommandInput) {
  const names = input.repositoryNames;
  const found = names ? names.map((name) => repositoryNamed(ctx, name)) : repositories(ctx).values();
  const offset = Number(input.nextToken ?? 0);
  const end = offset + (input.maxResults ?? 100);
  return {
    repositories: found.slice(offset, end).map(describe),
    nextToken: end < found.length ? String(end) : undefined,
  };
}

/** Nothing can be pushed here, so that a repository is always empty and `force` makes no difference. */
export function DeleteRepository(ctx: Context, input: DeleteRepositoryCommandInput) {
  const record = repositoryNamed(ctx, input.repositoryName);
  repositories(ctx).delete(record.repositoryName);
  return { repository: describe(record) };
}

export function PutImageTagMutability(ctx: Context, input: PutImageTagMutabilityCommandInput) {
  const record = repositoryNamed(ctx, input.repositoryName);
  const { imageTagMutability = 'MUTABLE' } = input;
  repositories(ctx).put(record.repositoryName, { ...record, imageTagMutability });
  return { registryId: record.registryId, repositoryName: record.repositoryName, imageTagMutability };
}

export function PutImageScanningConfiguration(ctx: Context, input: PutImageScanningConfigurationCommandInput) {
  const record = repositoryNamed(ctx, input.repositoryName);
  const scanOnPush = input.imageScanningConfiguration?.scanOnPush ?? false;
  repositories(ctx).put(record.repositoryName, { ...record, scanOnPush });
  return {
    registryId: record.registryId,
    repositoryName: record.repositoryName,
    imageScanningConfiguration: { scanOnPush },
  };
}

export function ListImages(ctx: Context, input: ListImagesCommandInput) {
  repositoryNamed(ctx, input.repositoryName);
  return { imageIds: [] };
}

export function DescribeImages(ctx: Context, input: DescribeImagesCommandInput) {
  repositoryNamed(ctx, input.repositoryName);
  const [first] = input.imageIds ?? [];
  if (first) throw imageNotFound(first, input.repositoryName);
  return { imageDetails: [] };
}

function describe(record: RepositoryRecord): Repository {
  return {
    repositoryArn: record.repositoryArn,
    registryId: record.registryId,
    repositoryName: record.repositoryName,
    repositoryUri: record.repositoryUri,
    createdAt: new Date(record.createdAtMs),
    imageTagMutability: record.imageTagMutability,
    imageScanningConfiguration: { scanOnPush: record.scanOnPush },
    encryptionConfiguration: record.encryptionConfiguration,
  };
}

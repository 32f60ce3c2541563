import { AwsError } from '../../kernel/errors.ts';

export function repositoryNotFound(name: string, registryId: string): AwsError {
  return new AwsError(
    'RepositoryNotFoundException',
    `The repository with name '${name}' does not exist in the registry with id '${registryId}'`,
  );
}

export function repositoryAlreadyExists(name: string, registryId: string): AwsError {
  return new AwsError(
    'RepositoryAlreadyExistsException',
    `The repository with name '${name}' already exists in the registry with id '${registryId}'`,
  );
}

export function invalidParameter(sentence: string): AwsError {
  return new AwsError('InvalidParameterException', `Invalid parameter at '${sentence}`);
}

export function policyNotFound(kind: 'Repository' | 'Lifecycle', name: string, registryId: string): AwsError {
  const code = kind === 'Repository' ? 'RepositoryPolicyNotFoundException' : 'LifecyclePolicyNotFoundException';
  return new AwsError(
    code,
    `${kind} policy does not exist for the repository with name '${name}' in the registry with id '${registryId}'`,
  );
}

export function imageNotFound(
  { imageTag, imageDigest }: { imageTag?: string | undefined; imageDigest?: string | undefined },
  name = '',
): AwsError {
  return new AwsError(
    'ImageNotFoundException',
    `The image with imageId {imageDigest:'${imageDigest ?? 'null'}', imageTag:'${imageTag ?? 'null'}'} does not exist within the repository with name '${name}'`,
  );
}

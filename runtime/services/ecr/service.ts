import { type Access, type Context, defineService } from '../../kernel/service.ts';
import * as policiesAndTags from './operations/policies-and-tags.ts';
import * as repositoryOperations from './operations/repositories.ts';
import { Repository } from './resources/Repository.ts';
import { repositories, repositoryArn } from './state.ts';

/** Repositories as the CDK's bootstrap needs them. Images cannot be pushed: GetAuthorizationToken is refused by name. */
export default defineService({
  name: 'ecr',
  actionPrefix: 'ecr',
  operations: { ...repositoryOperations, ...policiesAndTags },
  resources: [Repository],
  authorization: authorize,
  fidelity: {
    'CreateRepository.imageTagMutability': 'stored',
    'CreateRepository.imageScanningConfiguration': 'stored',
    'CreateRepository.encryptionConfiguration': 'stored',
    'CreateRepository.imageTagMutabilityExclusionFilters': { refused: 'no image can be pushed' },
    PutLifecyclePolicy: 'stored',
    PutImageTagMutability: 'stored',
    PutImageScanningConfiguration: 'stored',
  },
});

/** "Actions, resources, and condition keys for Amazon Elastic Container Registry". */
function authorize(operation: string, input: Record<string, unknown>, ctx: Context): Access {
  const action = `ecr:${operation}`;
  if (typeof input.resourceArn === 'string') return { action, resource: input.resourceArn };
  const name = typeof input.repositoryName === 'string' ? input.repositoryName : undefined;
  if (name === undefined) return { action, resource: repositoryArn(ctx, '*') };
  return { action, resource: repositoryArn(ctx, name), resourcePolicy: repositories(ctx).get(name)?.policyText };
}

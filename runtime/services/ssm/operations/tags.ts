import type {
  AddTagsToResourceCommandInput,
  ListTagsForResourceCommandInput,
  RemoveTagsFromResourceCommandInput,
} from '@aws-sdk/client-ssm';
import { AwsError, refused } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { type Parameter, parameters } from '../state.ts';

export function AddTagsToResource(ctx: Context, input: AddTagsToResourceCommandInput) {
  const parameter = resource(ctx, input);
  const tags = {
    ...parameter.tags,
    ...Object.fromEntries((input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
  };
  parameters(ctx, ctx).put(parameter.Name, { ...parameter, tags });
}

export function RemoveTagsFromResource(ctx: Context, input: RemoveTagsFromResourceCommandInput) {
  const parameter = resource(ctx, input);
  const tags = Object.fromEntries(
    Object.entries(parameter.tags).filter(([key]) => !(input.TagKeys ?? []).includes(key)),
  );
  parameters(ctx, ctx).put(parameter.Name, { ...parameter, tags });
}

export function ListTagsForResource(ctx: Context, input: ListTagsForResourceCommandInput) {
  return { TagList: Object.entries(resource(ctx, input).tags).map(([Key, Value]) => ({ Key, Value })) };
}

function resource(
  ctx: Context,
  input: { ResourceType?: string | undefined; ResourceId?: string | undefined },
): Parameter {
  if (input.ResourceType !== 'Parameter') throw refused(`ssm tags of a ${input.ResourceType}`);
  const parameter = parameters(ctx, ctx).get(input.ResourceId ?? '');
  if (!parameter)
    throw new AwsError(
      'InvalidResourceId',
      'The resource ID is not valid. Verify that you entered the correct ID and try again.',
    );
  return parameter;
}

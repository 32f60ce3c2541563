import type {
  ListTagsForResourceCommandInput,
  Tag,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-sesv2';
import { changeConfigurationSet, configurationSetNamed } from '../../../engines/ses/configuration-sets.ts';
import { badRequest, limitExceeded, notFound } from '../../../engines/ses/errors.ts';
import { changeIdentity, identityNamed } from '../../../engines/ses/identities.ts';
import { templates } from '../../../engines/ses/state.ts';
import { templateNamed } from '../../../engines/ses/templates.ts';
import { parseArn } from '../../../kernel/arn.ts';
import type { Context } from '../../../kernel/service.ts';

const mostTags = 50;

export function TagResource(ctx: Context, input: TagResourceCommandInput) {
  const tagged = taggedBy(ctx, input.ResourceArn);
  const given = input.Tags ?? [];
  const kept = tagged.Tags.filter(({ Key }) => !given.some((tag) => tag.Key === Key));
  if (kept.length + given.length > mostTags) throw limitExceeded(`A resource can have at most ${mostTags} tags.`);
  if (given.some(({ Key }) => !Key || Key.length > 128)) throw badRequest('A tag key has 1 to 128 characters.');
  tagged.put([...kept, ...given]);
  return {};
}

export function UntagResource(ctx: Context, input: UntagResourceCommandInput) {
  const tagged = taggedBy(ctx, input.ResourceArn);
  tagged.put(tagged.Tags.filter(({ Key = '' }) => !input.TagKeys?.includes(Key)));
  return {};
}

export function ListTagsForResource(ctx: Context, input: ListTagsForResourceCommandInput) {
  return { Tags: taggedBy(ctx, input.ResourceArn).Tags };
}

function taggedBy(ctx: Context, arn = ''): { Tags: Tag[]; put(Tags: Tag[]): void } {
  const [kind = '', name = ''] = parseArn(arn)?.resource.split(/\/(.*)/) ?? [];
  if (kind === 'identity')
    return { Tags: identityNamed(ctx, name).Tags, put: (Tags) => void changeIdentity(ctx, name, { Tags }) };
  if (kind === 'configuration-set')
    return { Tags: configurationSetNamed(ctx, name).Tags, put: (Tags) => changeConfigurationSet(ctx, name, { Tags }) };
  if (kind === 'template') {
    const template = templateNamed(ctx, name);
    return { Tags: template.Tags, put: (Tags) => templates(ctx, ctx).put(name, { ...template, Tags }) };
  }
  throw notFound(`Resource <${arn}> does not exist.`, 'NotFound');
}

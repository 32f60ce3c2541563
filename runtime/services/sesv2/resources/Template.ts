import { AwsError } from '../../../kernel/errors.ts';
import { defineResource } from '../../../kernel/resource.ts';
import { tagListOf } from '../../../kernel/tags.ts';

interface TemplateProperties {
  Template?: { TemplateName?: string; SubjectPart: string; TextPart?: string; HtmlPart?: string };
  Tags?: { Key: string; Value: string }[];
}

/** Ref is the template's name. */
export const Template = defineResource<TemplateProperties>({
  type: 'AWS::SES::Template',
  properties: { Template: 'executed', Tags: 'stored' },
  async create(ctx, { Template: template, Tags }) {
    const TemplateName = template?.TemplateName ?? ctx.generateName({ maxLength: 64 });
    const TemplateContent = contentOf(template);
    await ctx.call('sesv2', 'CreateEmailTemplate', { TemplateName, TemplateContent, Tags: tagListOf(ctx, Tags) });
    return { physicalId: TemplateName, attributes: { Id: TemplateName } };
  },
  async update(ctx, TemplateName, { Template: template, Tags }, previous) {
    await ctx.call('sesv2', 'UpdateEmailTemplate', { TemplateName, TemplateContent: contentOf(template) });
    const ResourceArn = `arn:aws:ses:${ctx.region}:${ctx.account}:template/${TemplateName}`;
    const TagKeys = (previous.Tags ?? []).map(({ Key }) => Key);
    if (TagKeys.length > 0) await ctx.call('sesv2', 'UntagResource', { ResourceArn, TagKeys });
    const now = tagListOf(ctx, Tags);
    if (now.length > 0) await ctx.call('sesv2', 'TagResource', { ResourceArn, Tags: now });
    return { physicalId: TemplateName, attributes: { Id: TemplateName } };
  },
  async delete(ctx, TemplateName) {
    try {
      await ctx.call('sesv2', 'DeleteEmailTemplate', { TemplateName });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'NotFoundException') throw error;
    }
  },
});

function contentOf(
  { SubjectPart, TextPart, HtmlPart }: NonNullable<TemplateProperties['Template']> = { SubjectPart: '' },
) {
  return {
    Subject: SubjectPart,
    ...(TextPart === undefined ? {} : { Text: TextPart }),
    ...(HtmlPart === undefined ? {} : { Html: HtmlPart }),
  };
}

import type {
  CreateEmailTemplateCommandInput,
  DeleteEmailTemplateCommandInput,
  GetEmailTemplateCommandInput,
  ListEmailTemplatesCommandInput,
  TestRenderEmailTemplateCommandInput,
  UpdateEmailTemplateCommandInput,
} from '@aws-sdk/client-sesv2';
import { parseTemplateData, testRender } from '../../../engines/ses/contents.ts';
import { page } from '../../../engines/ses/pages.ts';
import { templates } from '../../../engines/ses/state.ts';
import { createTemplate, templateNamed, updateTemplate } from '../../../engines/ses/templates.ts';
import type { Context } from '../../../kernel/service.ts';

export function CreateEmailTemplate(ctx: Context, input: CreateEmailTemplateCommandInput) {
  createTemplate(ctx, input.TemplateName ?? '', input.TemplateContent ?? {}, input.Tags);
  return {};
}

export function UpdateEmailTemplate(ctx: Context, input: UpdateEmailTemplateCommandInput) {
  updateTemplate(ctx, input.TemplateName ?? '', input.TemplateContent ?? {});
  return {};
}

export function GetEmailTemplate(ctx: Context, input: GetEmailTemplateCommandInput) {
  const { TemplateName, content, Tags } = templateNamed(ctx, input.TemplateName);
  return { TemplateName, TemplateContent: content, Tags };
}

export function DeleteEmailTemplate(ctx: Context, input: DeleteEmailTemplateCommandInput) {
  templates(ctx, ctx).delete(templateNamed(ctx, input.TemplateName).TemplateName);
  return {};
}

export function ListEmailTemplates(ctx: Context, input: ListEmailTemplatesCommandInput) {
  const { items, NextToken } = page(templates(ctx, ctx).values(), input, ({ TemplateName }) => TemplateName);
  const TemplatesMetadata = items.map(({ TemplateName, createdMs }) => ({
    TemplateName,
    CreatedTimestamp: new Date(createdMs),
  }));
  return { TemplatesMetadata, ...NextToken };
}

export async function TestRenderEmailTemplate(ctx: Context, input: TestRenderEmailTemplateCommandInput) {
  const { content } = templateNamed(ctx, input.TemplateName);
  return { RenderedTemplate: await testRender(ctx, content, parseTemplateData(input.TemplateData)) };
}

import type {
  CreateTemplateCommandInput,
  DeleteTemplateCommandInput,
  GetTemplateCommandInput,
  ListTemplatesCommandInput,
  Template,
  TestRenderTemplateCommandInput,
  UpdateTemplateCommandInput,
} from '@aws-sdk/client-ses';
import { parseTemplateData, testRender } from '../../../engines/ses/contents.ts';
import { page } from '../../../engines/ses/pages.ts';
import { templates } from '../../../engines/ses/state.ts';
import { createTemplate, templateNamed, updateTemplate } from '../../../engines/ses/templates.ts';
import type { Context } from '../../../kernel/service.ts';

export function CreateTemplate(ctx: Context, input: CreateTemplateCommandInput) {
  createTemplate(ctx, input.Template?.TemplateName ?? '', contentOf(input.Template));
  return {};
}

export function UpdateTemplate(ctx: Context, input: UpdateTemplateCommandInput) {
  updateTemplate(ctx, input.Template?.TemplateName ?? '', contentOf(input.Template));
  return {};
}

export function GetTemplate(ctx: Context, input: GetTemplateCommandInput) {
  const { TemplateName, content } = templateNamed(ctx, input.TemplateName);
  const { Subject: SubjectPart, Text: TextPart, Html: HtmlPart } = content;
  return { Template: { TemplateName, SubjectPart, TextPart, HtmlPart } };
}

/** No error where there is none. */
export function DeleteTemplate(ctx: Context, input: DeleteTemplateCommandInput) {
  templates(ctx, ctx).delete(input.TemplateName ?? '');
  return {};
}

export function ListTemplates(ctx: Context, { MaxItems: PageSize, NextToken: token }: ListTemplatesCommandInput) {
  const all = templates(ctx, ctx).values();
  const { items, NextToken } = page(all, { PageSize, NextToken: token }, ({ TemplateName }) => TemplateName);
  const TemplatesMetadata = items.map(({ TemplateName, createdMs }) => ({
    Name: TemplateName,
    CreatedTimestamp: new Date(createdMs),
  }));
  return { TemplatesMetadata, ...NextToken };
}

export async function TestRenderTemplate(ctx: Context, input: TestRenderTemplateCommandInput) {
  const { content } = templateNamed(ctx, input.TemplateName);
  return { RenderedTemplate: await testRender(ctx, content, parseTemplateData(input.TemplateData)) };
}

function contentOf({ SubjectPart, TextPart, HtmlPart }: Partial<Template> = {}) {
  return {
    ...(SubjectPart === undefined ? {} : { Subject: SubjectPart }),
    ...(TextPart === undefined ? {} : { Text: TextPart }),
    ...(HtmlPart === undefined ? {} : { Html: HtmlPart }),
  };
}

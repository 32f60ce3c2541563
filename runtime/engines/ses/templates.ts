import type { EmailTemplateContent, Tag } from '@aws-sdk/client-sesv2';
import type { Context } from '../../kernel/service.ts';
import { alreadyExists, badRequest, limitExceeded, noTemplate } from './errors.ts';
import { type Template, templates } from './state.ts';
import { parseTemplate, TemplateError } from './template-syntax.ts';
import { openTracker } from './tracking-html.ts';

/** "Amazon SES quotas", email templates. */
const limits = { templates: 20_000, bytes: 500 * 1024 };

export function createTemplate(ctx: Context, name: string, content: EmailTemplateContent, Tags: Tag[] = []): void {
  if (templates(ctx, ctx).has(name)) throw alreadyExists(`Template ${name} already exists.`, 'AlreadyExists');
  if (templates(ctx, ctx).size >= limits.templates)
    throw limitExceeded(`You can have at most ${limits.templates} templates.`);
  checkTemplate(name, content);
  templates(ctx, ctx).put(name, { TemplateName: name, content, createdMs: ctx.clock.now(), Tags });
}

export function updateTemplate(ctx: Context, name: string, content: EmailTemplateContent): void {
  const template = templateNamed(ctx, name);
  checkTemplate(name, content);
  templates(ctx, ctx).put(name, { ...template, content });
}

export function templateNamed(ctx: Context, name: string | undefined): Template {
  const template = templates(ctx, ctx).get(name ?? '');
  if (!template) throw noTemplate(name ?? '');
  return template;
}

export function checkTemplate(name: string, content: EmailTemplateContent): void {
  if (!/^[\w-]{1,64}$/.test(name)) throw badRequest(`Invalid template name <${name}>.`, 'InvalidTemplate');
  const { Subject, Text, Html } = content;
  if (!Subject) throw badRequest('The subject must be specified.', 'InvalidTemplate');
  if (!Text && !Html) throw badRequest('The text part or the HTML part must be specified.', 'InvalidTemplate');
  if (Buffer.byteLength([Subject, Text, Html].join('')) > limits.bytes)
    throw badRequest('The template exceeds 500 KB.', 'InvalidTemplate');
  if ((Html ?? '').split(openTracker).length > 2)
    throw badRequest(`Template ${name} has more than one ${openTracker}.`, 'InvalidTemplate');
  for (const part of [Subject, Text, Html]) {
    try {
      parseTemplate(part ?? '');
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      throw badRequest(`Template ${name} is not valid: ${error.message}.`, 'InvalidTemplate');
    }
  }
}

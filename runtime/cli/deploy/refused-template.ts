import { checkTemplate } from '../../engines/cloudformation/check/check-template.ts';
import { parseTemplate } from '../../engines/cloudformation/template/parse-template.ts';
import { isRecord, resourcesOf, type Template, TemplateError } from '../../engines/cloudformation/template/template.ts';
import { type AwsError, PersonError } from '../../kernel/errors.ts';
import { registry } from '../../kernel/resource-registry.ts';
import type { Context } from '../../kernel/service.ts';
import type { StackToDeploy } from './assembly.ts';

/**
 * What CloudFormation's refusal of a template comes to for the person: everything that is wrong with it at once, each with
 * its line, where AWS's sentence tells of the first. What only the deployment can tell keeps AWS's sentence.
 */
export function refusedTemplate(ctx: Context, stack: StackToDeploy, refusal: AwsError): PersonError {
  const problems = refusal.code === 'ValidationError' ? problemsOf(ctx, stack) : [];
  const sentence = problems.length > 0 ? problems.join('\n') : `${stack.templateFile}: ${refusal.message}`;
  return new PersonError(
    'template-refused',
    sentence,
    /must have values/.test(sentence)
      ? 'Give them: `orrery up … --parameter Name=Value`.'
      : `Mend the template and run \`orrery up\` again; nothing of ${stack.name} was changed.`,
  );
}

function problemsOf(ctx: Context, stack: StackToDeploy): string[] {
  const { resourceTypes } = ctx.engine(registry);
  const { account, region } = ctx;
  try {
    const template = parseTemplate(stack.template, { fileName: stack.templateFile });
    const errors = checkTemplate(template, { resourceTypes, account, region, parameters: stack.parameters });
    return errors.map((error) => `${error.describe()}${constructOf(template, error)}`);
  } catch (error) {
    if (error instanceof TemplateError) return [error.describe()];
    throw error;
  }
}

/** A synthesised template is nobody's to read: the construct's path in the CDK app says where to look. */
function constructOf({ document }: Template, { path }: TemplateError): string {
  const [section, logicalId] = path ?? [];
  const metadata = section === 'Resources' ? resourcesOf(document)[String(logicalId)]?.Metadata : undefined;
  const construct = isRecord(metadata) ? metadata['aws:cdk:path'] : undefined;
  return typeof construct === 'string' ? ` (construct ${construct})` : '';
}

import type { Context } from '../../../kernel/service.ts';
import { invalidCombination, notFound } from '../errors.ts';
import { type LaunchTemplate, launchTemplates } from '../instance-state.ts';

/** By its id or by its name. */
export function templateNamed(
  ctx: Context,
  {
    LaunchTemplateId,
    LaunchTemplateName,
  }: { LaunchTemplateId?: string | undefined; LaunchTemplateName?: string | undefined },
): LaunchTemplate {
  if (LaunchTemplateId !== undefined) return launchTemplates.find(ctx, LaunchTemplateId);
  if (LaunchTemplateName === undefined)
    throw invalidCombination('Either LaunchTemplateId or LaunchTemplateName must be specified.');
  const found = launchTemplates.all(ctx).find((each) => each.LaunchTemplateName === LaunchTemplateName);
  if (!found)
    throw notFound(
      'InvalidLaunchTemplateName.NotFoundException',
      `The specified launch template, with template name ${LaunchTemplateName}, does not exist.`,
    );
  return found;
}

/** A number, $Latest or $Default. */
export function versionNamed(template: LaunchTemplate, wanted: string): LaunchTemplate['versions'][number] {
  const number =
    wanted === '$Latest'
      ? template.versions.at(-1)?.VersionNumber
      : wanted === '$Default'
        ? template.DefaultVersionNumber
        : Number(wanted);
  const found = template.versions.find(({ VersionNumber }) => VersionNumber === number);
  if (!found)
    throw notFound(
      'InvalidLaunchTemplateId.VersionNotFound',
      `Could not find the specified version ${wanted} for the launch template with ID ${template.LaunchTemplateId}.`,
    );
  return found;
}

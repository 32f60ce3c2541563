import type {
  CreateLaunchTemplateCommandInput,
  CreateLaunchTemplateVersionCommandInput,
  DeleteLaunchTemplateCommandInput,
  DescribeLaunchTemplatesCommandInput,
  DescribeLaunchTemplateVersionsCommandInput,
  ModifyLaunchTemplateCommandInput,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../../kernel/errors.ts';
import { describePrincipal } from '../../../kernel/principal.ts';
import type { Context } from '../../../kernel/service.ts';
import { filtered, list, paged } from '../behaviour/listing.ts';
import { templateNamed, versionNamed } from '../behaviour/named-template.ts';
import { tagsFor } from '../behaviour/tag-rules.ts';
import { type LaunchTemplate, launchTemplates } from '../instance-state.ts';

export function CreateLaunchTemplate(ctx: Context, input: CreateLaunchTemplateCommandInput) {
  const { LaunchTemplateName = '', LaunchTemplateData = {}, VersionDescription } = input;
  if (!/^[a-zA-Z0-9().\-/_]{3,128}$/.test(LaunchTemplateName))
    throw new AwsError(
      'InvalidLaunchTemplateName.MalformedException',
      'The launch template name contains invalid characters or has a length that is not between 3 and 128.',
    );
  if (launchTemplates.all(ctx).some((each) => each.LaunchTemplateName === LaunchTemplateName))
    throw new AwsError('InvalidLaunchTemplateName.AlreadyExistsException', 'Launch template name already in use.');
  const createdMs = ctx.clock.now();
  const template = launchTemplates.put(ctx, {
    LaunchTemplateId: launchTemplates.newId(ctx),
    LaunchTemplateName,
    DefaultVersionNumber: 1,
    createdMs,
    CreatedBy: describePrincipal(ctx.principal),
    versions: [{ VersionNumber: 1, VersionDescription, createdMs, data: LaunchTemplateData }],
    Tags: tagsFor(input.TagSpecifications, 'launch-template'),
  });
  return { LaunchTemplate: described(template) };
}

function described({ versions, createdMs, ...template }: LaunchTemplate) {
  return { ...template, CreateTime: new Date(createdMs), LatestVersionNumber: versions.at(-1)?.VersionNumber };
}

export function CreateLaunchTemplateVersion(ctx: Context, input: CreateLaunchTemplateVersionCommandInput) {
  const template = templateNamed(ctx, input);
  const base = input.SourceVersion === undefined ? {} : versionNamed(template, input.SourceVersion).data;
  const version = {
    VersionNumber: (template.versions.at(-1)?.VersionNumber ?? 0) + 1,
    VersionDescription: input.VersionDescription,
    createdMs: ctx.clock.now(),
    data: { ...base, ...input.LaunchTemplateData },
  };
  const now = launchTemplates.put(ctx, { ...template, versions: [...template.versions, version] });
  return { LaunchTemplateVersion: describedVersion(now, version) };
}

function describedVersion(
  template: LaunchTemplate,
  { createdMs, data, ...version }: LaunchTemplate['versions'][number],
) {
  const { LaunchTemplateId, LaunchTemplateName, CreatedBy, DefaultVersionNumber } = template;
  return {
    LaunchTemplateId,
    LaunchTemplateName,
    CreatedBy,
    ...version,
    CreateTime: new Date(createdMs),
    DefaultVersion: version.VersionNumber === DefaultVersionNumber,
    LaunchTemplateData: data as never,
  };
}

export function DescribeLaunchTemplates(ctx: Context, input: DescribeLaunchTemplatesCommandInput) {
  const byId = (input.LaunchTemplateIds ?? []).map((id) => launchTemplates.find(ctx, id));
  const byName = (input.LaunchTemplateNames ?? []).map((LaunchTemplateName) =>
    templateNamed(ctx, { LaunchTemplateName }),
  );
  const all = byId.length + byName.length > 0 ? [...byId, ...byName] : launchTemplates.all(ctx);
  const { page, ...rest } = list(all, input, { 'launch-template-name': 'LaunchTemplateName' });
  return { LaunchTemplates: page.map(described), ...rest };
}

export function DescribeLaunchTemplateVersions(ctx: Context, input: DescribeLaunchTemplateVersionsCommandInput) {
  const template = templateNamed(ctx, input);
  const wanted = input.Versions?.length
    ? input.Versions.map((version) => versionNamed(template, version))
    : template.versions.filter(({ VersionNumber }) => between(VersionNumber, input));
  const described = wanted.map((version) => describedVersion(template, version));
  const { page, ...rest } = paged(filtered(described, input.Filters ?? [], versionFilters), input);
  return { LaunchTemplateVersions: page, ...rest };
}

function between(version: number, { MinVersion, MaxVersion }: DescribeLaunchTemplateVersionsCommandInput): boolean {
  return version >= Number(MinVersion ?? 1) && version <= Number(MaxVersion ?? Number.MAX_SAFE_INTEGER);
}

/** "DescribeLaunchTemplateVersions" (EC2 API Reference). */
const versionFilters = {
  'ebs-optimized': 'LaunchTemplateData.EbsOptimized',
  'iam-instance-profile': 'LaunchTemplateData.IamInstanceProfile.Arn',
  'image-id': 'LaunchTemplateData.ImageId',
  'instance-type': 'LaunchTemplateData.InstanceType',
  'is-default-version': 'DefaultVersion',
  'kernel-id': 'LaunchTemplateData.KernelId',
};

export function ModifyLaunchTemplate(ctx: Context, input: ModifyLaunchTemplateCommandInput) {
  const template = templateNamed(ctx, input);
  const { VersionNumber } = versionNamed(template, input.DefaultVersion ?? '$Default');
  return { LaunchTemplate: described(launchTemplates.put(ctx, { ...template, DefaultVersionNumber: VersionNumber })) };
}

export function DeleteLaunchTemplate(ctx: Context, input: DeleteLaunchTemplateCommandInput) {
  const template = templateNamed(ctx, input);
  launchTemplates.delete(ctx, template.LaunchTemplateId);
  return { LaunchTemplate: described(template) };
}

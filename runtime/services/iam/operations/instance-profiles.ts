import type {
  AddRoleToInstanceProfileCommandInput,
  CreateInstanceProfileCommandInput,
  DeleteInstanceProfileCommandInput,
  GetInstanceProfileCommandInput,
  ListInstanceProfilesCommandInput,
  ListInstanceProfilesForRoleCommandInput,
  RemoveRoleFromInstanceProfileCommandInput,
} from '@aws-sdk/client-iam';
import type { Context } from '../../../kernel/service.ts';
import { describeInstanceProfile } from '../behaviour/descriptions.ts';
import { findRole } from '../behaviour/holders.ts';
import { checkName, checkPath, checkTags, iamArn, uniqueId, wholeSecond } from '../behaviour/names.ts';
import { pageOf } from '../behaviour/pages.ts';
import { deleteConflict, entityAlreadyExists, limitExceeded, noSuchEntity } from '../errors.ts';
import { type InstanceProfileRecord, instanceProfileRecords } from '../state.ts';

export function CreateInstanceProfile(ctx: Context, input: CreateInstanceProfileCommandInput): object {
  const InstanceProfileName = checkName(input.InstanceProfileName, 'instanceProfileName', 128);
  const Path = checkPath(input.Path);
  const profiles = instanceProfileRecords(ctx.store, ctx.account);
  if (profiles.has(InstanceProfileName.toLowerCase())) {
    throw entityAlreadyExists(`Instance Profile ${InstanceProfileName} already exists.`);
  }
  const profile: InstanceProfileRecord = {
    InstanceProfileName,
    InstanceProfileId: uniqueId(ctx, 'AIPA'),
    Path,
    Arn: iamArn(ctx.account, 'instance-profile', Path, InstanceProfileName),
    CreateDate: wholeSecond(ctx),
    Tags: checkTags(input.Tags),
  };
  save(ctx, profile);
  return { InstanceProfile: describeInstanceProfile(ctx, profile) };
}

export function GetInstanceProfile(ctx: Context, input: GetInstanceProfileCommandInput): object {
  return { InstanceProfile: describeInstanceProfile(ctx, findInstanceProfile(ctx, input.InstanceProfileName)) };
}

export function ListInstanceProfiles(ctx: Context, input: ListInstanceProfilesCommandInput): object {
  const profiles = instanceProfileRecords(ctx.store, ctx.account).values();
  const wanted = profiles.filter(({ Path }) => Path.startsWith(input.PathPrefix ?? '/'));
  const { items, ...rest } = pageOf(wanted, ({ InstanceProfileName }) => InstanceProfileName.toLowerCase(), input);
  return { InstanceProfiles: items.map((profile) => describeInstanceProfile(ctx, profile, 'listed')), ...rest };
}

export function ListInstanceProfilesForRole(ctx: Context, input: ListInstanceProfilesForRoleCommandInput): object {
  const { RoleName } = findRole(ctx, input.RoleName);
  const profiles = instanceProfileRecords(ctx.store, ctx.account)
    .values()
    .filter((profile) => profile.RoleName === RoleName);
  const { items, ...rest } = pageOf(profiles, ({ InstanceProfileName }) => InstanceProfileName.toLowerCase(), input);
  return { InstanceProfiles: items.map((profile) => describeInstanceProfile(ctx, profile, 'listed')), ...rest };
}

export function AddRoleToInstanceProfile(ctx: Context, input: AddRoleToInstanceProfileCommandInput): void {
  const profile = findInstanceProfile(ctx, input.InstanceProfileName);
  const { RoleName } = findRole(ctx, input.RoleName);
  if (profile.RoleName !== undefined)
    throw limitExceeded('Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1');
  save(ctx, { ...profile, RoleName });
}

export function RemoveRoleFromInstanceProfile(ctx: Context, input: RemoveRoleFromInstanceProfileCommandInput): void {
  const { RoleName, ...profile } = findInstanceProfile(ctx, input.InstanceProfileName);
  if (RoleName === undefined || RoleName.toLowerCase() !== input.RoleName?.toLowerCase()) {
    throw noSuchEntity(`The role with name ${input.RoleName} cannot be found.`);
  }
  save(ctx, profile);
}

export function DeleteInstanceProfile(ctx: Context, input: DeleteInstanceProfileCommandInput): void {
  const profile = findInstanceProfile(ctx, input.InstanceProfileName);
  if (profile.RoleName !== undefined)
    throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
  instanceProfileRecords(ctx.store, ctx.account).delete(profile.InstanceProfileName.toLowerCase());
}

function findInstanceProfile(ctx: Context, name: string | undefined): InstanceProfileRecord {
  const profile = instanceProfileRecords(ctx.store, ctx.account).get((name ?? '').toLowerCase());
  if (!profile) throw noSuchEntity(`Instance Profile ${name} cannot be found.`);
  return profile;
}

function save(ctx: Context, profile: InstanceProfileRecord): void {
  instanceProfileRecords(ctx.store, ctx.account).put(profile.InstanceProfileName.toLowerCase(), profile);
}

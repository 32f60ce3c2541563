import type {
  AssociateIamInstanceProfileCommandInput,
  DescribeIamInstanceProfileAssociationsCommandInput,
  DisassociateIamInstanceProfileCommandInput,
  ModifyInstanceMetadataOptionsCommandInput,
  MonitorInstancesCommandInput,
  ReplaceIamInstanceProfileAssociationCommandInput,
  UnmonitorInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../../kernel/errors.ts';
import type { Context } from '../../../kernel/service.ts';
import { list } from '../behaviour/listing.ts';
import { profileFor } from '../behaviour/profiles.ts';
import { notFound } from '../errors.ts';
import { type Instance, instances } from '../instance-state.ts';

/** Takes effect at once, for the metadata service reads it at each request. */
export function ModifyInstanceMetadataOptions(ctx: Context, input: ModifyInstanceMetadataOptionsCommandInput) {
  const instance = instances.find(ctx, input.InstanceId);
  const changed = instances.put(ctx, {
    ...instance,
    httpTokens: input.HttpTokens ?? instance.httpTokens,
    httpEndpoint: input.HttpEndpoint ?? instance.httpEndpoint,
    hopLimit: input.HttpPutResponseHopLimit ?? instance.hopLimit,
    ...(input.InstanceMetadataTags ? { metadataTags: input.InstanceMetadataTags } : {}),
  });
  const { InstanceId, httpTokens: HttpTokens, httpEndpoint: HttpEndpoint, hopLimit: HttpPutResponseHopLimit } = changed;
  const InstanceMetadataOptions = { State: 'applied' as const, HttpTokens, HttpEndpoint, HttpPutResponseHopLimit };
  return { InstanceId, InstanceMetadataOptions };
}

export function MonitorInstances(ctx: Context, { InstanceIds = [] }: MonitorInstancesCommandInput) {
  return { InstanceMonitorings: monitoring(ctx, InstanceIds, true) };
}

export function UnmonitorInstances(ctx: Context, { InstanceIds = [] }: UnmonitorInstancesCommandInput) {
  return { InstanceMonitorings: monitoring(ctx, InstanceIds, false) };
}

function monitoring(ctx: Context, ids: readonly string[], detailedMonitoring: boolean) {
  const found = ids.map((id) => instances.find(ctx, id));
  return found.map((instance) => {
    instances.put(ctx, { ...instance, detailedMonitoring });
    const State = detailedMonitoring ? ('enabled' as const) : ('disabled' as const);
    return { InstanceId: instance.InstanceId, Monitoring: { State } };
  });
}

export async function AssociateIamInstanceProfile(ctx: Context, input: AssociateIamInstanceProfileCommandInput) {
  const instance = instances.find(ctx, input.InstanceId);
  if (instance.profile)
    throw new AwsError('IncorrectState', `There is an existing association for instance ${instance.InstanceId}`);
  const profile = await profileFor(ctx, input.IamInstanceProfile);
  return {
    IamInstanceProfileAssociation: association(instances.put(ctx, { ...instance, ...(profile ? { profile } : {}) })),
  };
}

export async function ReplaceIamInstanceProfileAssociation(
  ctx: Context,
  input: ReplaceIamInstanceProfileAssociationCommandInput,
) {
  const instance = associated(ctx, input.AssociationId);
  const profile = await profileFor(ctx, input.IamInstanceProfile);
  return {
    IamInstanceProfileAssociation: association(instances.put(ctx, { ...instance, ...(profile ? { profile } : {}) })),
  };
}

export function DisassociateIamInstanceProfile(ctx: Context, input: DisassociateIamInstanceProfileCommandInput) {
  const instance = associated(ctx, input.AssociationId);
  const told = { ...association(instance), State: 'disassociating' as const };
  const { profile, ...rest } = instance;
  instances.put(ctx, rest);
  return { IamInstanceProfileAssociation: told };
}

export function DescribeIamInstanceProfileAssociations(
  ctx: Context,
  input: DescribeIamInstanceProfileAssociationsCommandInput,
) {
  const found = instances
    .all(ctx)
    .filter(
      ({ profile, state }) =>
        profile && state !== 'terminated' && (input.AssociationIds?.includes(profile.AssociationId) ?? true),
    );
  const { page, ...rest } = list(
    found.map((instance) => ({ ...association(instance), Tags: instance.Tags })),
    input,
    { 'instance-id': 'InstanceId', state: 'State' },
  );
  return { IamInstanceProfileAssociations: page.map(({ Tags, ...told }) => told), ...rest };
}

function associated(ctx: Context, AssociationId = ''): Instance {
  const found = instances.all(ctx).find(({ profile }) => profile?.AssociationId === AssociationId);
  if (!found) throw notFound('NoSuchAssociation', `An invalid association-id of '${AssociationId}' was given`);
  return found;
}

function association({ InstanceId, profile }: Instance) {
  return {
    AssociationId: profile?.AssociationId,
    InstanceId,
    IamInstanceProfile: { Arn: profile?.Arn, Id: profile?.AssociationId },
    State: 'associated' as const,
  };
}

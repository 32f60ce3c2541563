import { defineResource } from '../../../kernel/resource.ts';
import { retag, tagSpecification, unlessGone } from './taking-down.ts';

interface VolumeProperties {
  AvailabilityZone: string;
  Size?: number;
  VolumeType?: string;
  Iops?: number;
  Throughput?: number;
  Tags?: { Key: string; Value: string }[];
  [name: string]: unknown;
}

/** AWS::EC2::Volume. Ref is the id. */
export const Volume = defineResource<VolumeProperties>({
  type: 'AWS::EC2::Volume',
  properties: {
    AvailabilityZone: 'executed',
    Size: 'executed',
    SnapshotId: 'executed',
    VolumeType: 'stored',
    Iops: 'stored',
    Throughput: 'stored',
    Encrypted: 'stored',
    KmsKeyId: 'stored',
    Tags: 'stored',
    AutoEnableIO: { refused: 'a volume is never impaired here.' },
    AvailabilityZoneId: { refused: 'name the zone by AvailabilityZone.' },
    MultiAttachEnabled: { refused: 'a volume is attached to one instance.' },
    OutpostArn: { refused: 'Outposts are not done.' },
    SourceVolumeId: { refused: 'make a snapshot of it first.' },
    VolumeInitializationRate: { refused: 'a volume is whole when it is made.' },
  },
  async create(ctx, { Tags, ...input }) {
    const { VolumeId } = await ctx.call<{ VolumeId: string }>('ec2', 'CreateVolume', {
      ...input,
      ...tagSpecification(ctx, 'volume', Tags),
    });
    return { physicalId: VolumeId, attributes: { VolumeId } };
  },
  async update(ctx, VolumeId, { Size, VolumeType, Iops, Throughput, Tags }, previous) {
    const now = { Size, VolumeType, Iops, Throughput };
    const before: Record<string, unknown> = previous;
    const differs = Object.entries(now).some(([name, value]) => value !== before[name]);
    if (differs) await ctx.call('ec2', 'ModifyVolume', { VolumeId, ...now });
    await retag(ctx, VolumeId, Tags, previous.Tags);
    return { physicalId: VolumeId, attributes: { VolumeId } };
  },
  async delete(ctx, VolumeId) {
    await unlessGone(ctx.call('ec2', 'DeleteVolume', { VolumeId }));
  },
  /** "DeletionPolicy attribute": the volume's data stays as a snapshot, which is deleted by hand. */
  async deleteWithSnapshot(ctx, VolumeId) {
    await unlessGone(ctx.call('ec2', 'CreateSnapshot', { VolumeId }));
    await unlessGone(ctx.call('ec2', 'DeleteVolume', { VolumeId }));
  },
});

interface AttachmentProperties {
  InstanceId: string;
  VolumeId: string;
  Device?: string;
}

/** AWS::EC2::VolumeAttachment. Ref names the two. */
export const VolumeAttachment = defineResource<AttachmentProperties>({
  type: 'AWS::EC2::VolumeAttachment',
  properties: {
    InstanceId: 'executed',
    VolumeId: 'executed',
    Device: 'executed',
    EbsCardIndex: { refused: 'instances have one card.' },
  },
  async create(ctx, { InstanceId, VolumeId, Device }) {
    await ctx.call('ec2', 'AttachVolume', { InstanceId, VolumeId, Device });
    return { physicalId: `${VolumeId}|${InstanceId}`, attributes: {} };
  },
  async update() {
    throw new Error('Update to resource type AWS::EC2::VolumeAttachment is not supported.');
  },
  async delete(ctx, id) {
    const [VolumeId, InstanceId] = id.split('|');
    try {
      await unlessGone(ctx.call('ec2', 'DetachVolume', { VolumeId, InstanceId }));
    } catch (error) {
      // The instance has gone, and its volumes with it.
      if ((error as { code?: string }).code !== 'IncorrectState') throw error;
    }
  },
});

import type { BlockDeviceMapping } from '@aws-sdk/client-ec2';
import { noun, type Tagged } from './behaviour/noun.ts';
import { notFound } from './errors.ts';

/** An image of one's own: what an instance's volumes held, under a name. */
export interface Image extends Tagged {
  ImageId: string;
  Name: string;
  Description?: string;
  Architecture: 'x86_64' | 'arm64';
  State: 'pending' | 'available' | 'failed';
  StateReason?: { Code: string; Message: string };
  /** The root device's first. */
  BlockDeviceMappings: BlockDeviceMapping[];
  ImdsSupport?: 'v2.0';
  BootMode?: string;
  TpmSupport?: string;
  SourceInstanceId?: string;
  OwnerId: string;
  createdMs: number;
}

export const images = noun<Image>({
  prefix: 'ami',
  type: 'image',
  collection: 'ec2.images',
  id: 'ImageId',
  missing: (id) => notFound('InvalidAMIID.NotFound', `The image id '[${id}]' does not exist`),
});

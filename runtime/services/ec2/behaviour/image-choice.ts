import type { BlockDeviceMapping } from '@aws-sdk/client-ec2';
import { publicImages } from '../../../engines/compute/public-images.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { missingParameter, notFound } from '../errors.ts';
import { images } from '../image-state.ts';
import type { Where } from './noun.ts';
import { rootDevice } from './root-volume.ts';

/** Of an image, public or one's own, what an instance of it comes to be. */
export interface ImageChoice {
  ImageId: string;
  Architecture: 'x86_64' | 'arm64';
  /** Of the root volume, where it is a copy of an instance's. */
  rootSnapshotId: string | undefined;
  mappings: BlockDeviceMapping[];
  /** What its instances ask of the metadata's askers unless told ("Configure the AMI": ImdsSupport v2.0). */
  httpTokens: 'required' | 'optional';
}

export function imageFor(where: Where, ImageId: string | undefined): ImageChoice {
  if (ImageId === undefined) throw missingParameter('The request must contain the parameter ImageId');
  const known = publicImages(where.region).find((image) => image.ImageId === ImageId);
  if (known)
    return {
      ImageId,
      Architecture: known.Architecture,
      rootSnapshotId: undefined,
      mappings: [],
      httpTokens: 'required',
    };
  const image = images.records(where).get(ImageId);
  if (!image) throw notFound('InvalidAMIID.NotFound', `The image id '[${ImageId}]' does not exist`);
  if (image.State !== 'available')
    throw new AwsError('InvalidAMIID.Unavailable', `The image ID '${ImageId}' is not available.`);
  const { Architecture, BlockDeviceMappings: mappings } = image;
  const httpTokens = image.ImdsSupport === 'v2.0' ? 'required' : 'optional';
  return { ImageId, Architecture, rootSnapshotId: mappings.find(isRoot)?.Ebs?.SnapshotId, mappings, httpTokens };
}

export const isRoot = ({ DeviceName }: BlockDeviceMapping): boolean => DeviceName === rootDevice;

/** What a launch says of a device counts before what its image says ("Block device mappings for volumes"). */
export function mappingsOver(
  image: readonly BlockDeviceMapping[],
  asked: readonly BlockDeviceMapping[] = [],
): BlockDeviceMapping[] {
  const names = [...new Set([...image, ...asked].map(({ DeviceName }) => DeviceName))];
  return names.flatMap((name) => {
    const own = asked.find(({ DeviceName }) => DeviceName === name);
    const given = image.find(({ DeviceName }) => DeviceName === name);
    if (own?.NoDevice !== undefined) return [];
    const Ebs = { ...given?.Ebs, ...own?.Ebs };
    return [{ ...given, ...own, ...(given?.Ebs || own?.Ebs ? { Ebs } : {}) }];
  });
}

import { publicImages } from '../../../engines/compute/public-images.ts';
import type { Parameter } from '../state.ts';

/** "Discovering public parameters in Parameter Store": the newest images of Amazon Linux 2023, which everybody may read. */
export function publicParameter(region: string, name: string): Parameter | undefined {
  if (!name.startsWith('/aws/service/ami-amazon-linux-latest/')) return undefined;
  const image = publicImages(region).find(({ parameters }) => parameters.includes(name));
  return (
    image && {
      Name: name,
      Type: 'String',
      DataType: 'aws:ec2:image',
      Tier: 'Standard',
      Description: undefined,
      AllowedPattern: undefined,
      versions: [{ Version: 1, Value: image.ImageId, modifiedMs: Date.UTC(2025, 10, 17), labels: [] }],
      tags: {},
    }
  );
}

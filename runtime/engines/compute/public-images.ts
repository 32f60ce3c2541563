import { createHash } from 'node:crypto';

/** A machine image that Amazon gives everybody, and the SSM parameters that name its newest version. */
export interface PublicImage {
  ImageId: string;
  Name: string;
  Architecture: 'x86_64' | 'arm64';
  Description: string;
  parameters: string[];
}

const version = '2023.9.20251117.1';

/** Amazon Linux 2023, as "Calling for latest AMI in AL2023" names it. Ids differ by region, as on AWS. */
export function publicImages(region: string): PublicImage[] {
  return (['x86_64', 'arm64'] as const).flatMap((Architecture) =>
    ['', 'minimal-'].map((minimal): PublicImage => {
      const Name = `al2023-ami-${minimal}${version}-kernel-6.1-${Architecture}`;
      const id = createHash('sha256').update(`${region}/${Name}`).digest('hex').slice(0, 16);
      return {
        ImageId: `ami-0${id}`,
        Name,
        Architecture,
        Description: `Amazon Linux 2023 AMI ${version} ${Architecture} HVM kernel-6.1`,
        parameters: ['default', '6.1'].map(
          (kernel) => `/aws/service/ami-amazon-linux-latest/al2023-ami-${minimal}kernel-${kernel}-${Architecture}`,
        ),
      };
    }),
  );
}

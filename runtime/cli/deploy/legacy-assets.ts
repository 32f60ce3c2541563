import { existsSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { PersonError } from '../../kernel/errors.ts';
import type { FileAsset, Where } from './assembly.ts';

/** An asset as version 1 of the CDK tells it, and version 2 under LegacyStackSynthesizer: in the stack's metadata. */
interface LegacyAsset {
  path: string;
  id: string;
  packaging: 'file' | 'zip' | 'container-image';
  sourceHash: string;
  s3BucketParameter: string;
  s3KeyParameter: string;
  artifactHashParameter: string;
}

export interface LegacyMetadata {
  /** By construct path. */
  metadata?: Record<string, { type: string; data?: unknown }[]>;
  additionalMetadataFile?: string;
}

/**
 * The assets, and the three parameters by which the template learns where each lies: bucket, prefix and name of the key
 * with two bars between, and hash ("Legacy assets" of the CDK's cloud assembly).
 */
export function readLegacyAssets(
  folder: string,
  artifact: LegacyMetadata,
  where: Where,
): { assets: FileAsset[]; parameters: Record<string, string> } {
  const bucketName = `cdk-hnb659fds-assets-${where.account}-${where.region}`;
  const assets: FileAsset[] = [];
  const parameters: Record<string, string> = {};
  for (const asset of told(folder, artifact)) {
    if (asset.packaging === 'container-image')
      throw new PersonError(
        'container-assets',
        `The asset ${asset.path} is a container image, which Orrery does not build.`,
        'Use file assets: zip-packaged functions instead of container images.',
      );
    const prefix = `assets/${asset.id}/`;
    const name = `${asset.sourceHash}${asset.packaging === 'zip' ? '.zip' : extname(asset.path)}`;
    const { packaging } = asset;
    assets.push({ path: join(folder, asset.path), packaging, bucketName, objectKey: `${prefix}${name}` });
    parameters[asset.s3BucketParameter] = bucketName;
    parameters[asset.s3KeyParameter] = `${prefix}||${name}`;
    parameters[asset.artifactHashParameter] = asset.sourceHash;
  }
  return { assets, parameters };
}

function told(folder: string, { metadata = {}, additionalMetadataFile }: LegacyMetadata): LegacyAsset[] {
  const file = additionalMetadataFile && join(folder, additionalMetadataFile);
  const beside = file && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as typeof metadata) : {};
  return [...Object.values(metadata), ...Object.values(beside)]
    .flat()
    .filter(({ type }) => type === 'aws:cdk:asset')
    .map(({ data }) => data as LegacyAsset)
    .filter(({ s3BucketParameter, packaging }) => s3BucketParameter !== undefined || packaging === 'container-image');
}

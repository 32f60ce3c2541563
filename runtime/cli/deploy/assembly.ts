import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { PersonError } from '../../kernel/errors.ts';
import { type LegacyMetadata, readLegacyAssets } from './legacy-assets.ts';
import { inThisAccount } from './this-account.ts';

/** One stack to deploy, and the files it needs first. */
export interface StackToDeploy {
  name: string;
  template: string;
  templateFile: string;
  parameters: Record<string, string>;
  tags: Record<string, string>;
  assets: FileAsset[];
  region: string | undefined;
}

export interface FileAsset {
  path: string;
  /** What to publish where it is not the file as it lies there. */
  content?: string;
  /** A folder, or a file that is not one already, is zipped. */
  packaging: 'file' | 'zip';
  bucketName: string;
  objectKey: string;
}

interface Manifest {
  artifacts?: Record<string, Artifact>;
}

interface Artifact extends LegacyMetadata {
  type: string;
  environment?: string;
  dependencies?: string[];
  displayName?: string;
  properties?: {
    templateFile?: string;
    stackName?: string;
    parameters?: Record<string, string>;
    tags?: Record<string, string>;
    file?: string;
    directoryName?: string;
  };
}

interface AssetManifest {
  files?: Record<
    string,
    {
      source: { path?: string; packaging?: 'file' | 'zip'; executable?: string[] };
      destinations: Record<string, { bucketName: string; objectKey: string; region?: string }>;
    }
  >;
  dockerImages?: Record<string, unknown>;
}

export interface Where {
  account: string;
  region: string;
}

/** The stacks of a cloud assembly (cdk.out), those that others depend on first. */
export function readAssembly(folder: string, where: Where): StackToDeploy[] {
  const file = join(folder, 'manifest.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  const artifacts = manifest.artifacts ?? {};
  const stacks: StackToDeploy[] = [];
  const seen = new Set<string>();
  const visit = (id: string): void => {
    if (seen.has(id)) return;
    seen.add(id);
    const artifact = artifacts[id];
    for (const dependency of artifact?.dependencies ?? []) visit(dependency);
    if (artifact?.type === 'aws:cloudformation:stack')
      stacks.push(readStack(folder, id, artifact, { artifacts, where }));
    if (artifact?.type === 'cdk:cloud-assembly' && artifact.properties?.directoryName) {
      stacks.push(...readAssembly(join(folder, artifact.properties.directoryName), where));
    }
  };
  Object.keys(artifacts).forEach(visit);
  if (stacks.length === 0) throw new PersonError('no-stacks', `${file} has no stacks.`, 'Does the app create a Stack?');
  return stacks;
}

function readStack(
  folder: string,
  id: string,
  artifact: Artifact,
  { artifacts, where }: { artifacts: Record<string, Artifact>; where: Where },
): StackToDeploy {
  const templateFile = join(folder, artifact.properties?.templateFile ?? '');
  const [, account, region] = /^aws:\/\/([^/]+)\/(.+)$/.exec(artifact.environment ?? '') ?? [];
  const known = region && region !== 'unknown-region' ? region : undefined;
  const manifests = (artifact.dependencies ?? [])
    .map((name) => artifacts[name])
    .filter((one) => one?.type === 'cdk:asset-manifest');
  const there = { ...where, region: known ?? where.region };
  const assets = manifests.flatMap((one) => readAssets(folder, join(folder, one?.properties?.file ?? ''), there));
  const legacy = readLegacyAssets(folder, artifact, there);
  const stack = {
    name: artifact.properties?.stackName ?? artifact.displayName ?? id,
    template: readFileSync(templateFile, 'utf8'),
    templateFile,
    parameters: { ...legacy.parameters, ...artifact.properties?.parameters },
    tags: artifact.properties?.tags ?? {},
    assets: [...assets, ...legacy.assets],
    region: known,
  };
  return inThisAccount(stack, account, where.account);
}

function readAssets(folder: string, file: string, where: Where): FileAsset[] {
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as AssetManifest;
  const images = Object.keys(manifest.dockerImages ?? {});
  if (images.length > 0) {
    throw new PersonError(
      'container-assets',
      `${file} has container images (${images.length}), which Orrery does not build.`,
      'Use file assets: zip-packaged functions instead of container images.',
    );
  }
  return Object.values(manifest.files ?? {}).flatMap(({ source, destinations }) => {
    const { path } = source;
    if (!path)
      throw new PersonError(
        'executable-assets',
        `${file} has an asset made by a command (${source.executable?.join(' ')}).`,
        'Only assets that are files or folders are published.',
      );
    return Object.values(destinations).map((destination) => ({
      path: join(folder, path),
      packaging: source.packaging ?? 'file',
      bucketName: fill(destination.bucketName, where),
      objectKey: fill(destination.objectKey, where),
    }));
  });
}

function fill(text: string, where: Where): string {
  return text
    .replaceAll('${AWS::AccountId}', where.account)
    .replaceAll('${AWS::Region}', where.region)
    .replaceAll('${AWS::Partition}', 'aws');
}

/** A single template file as a stack named after it. */
export function readTemplateFile(
  file: string,
  options: { stackName?: string; parameters: Record<string, string> },
): StackToDeploy {
  const bare = basename(file, extname(file));
  // A folder's template.yaml says nothing of what it is; the folder does.
  const name =
    options.stackName ??
    (bare === 'template' ? basename(projectOf(resolve(file))) : bare)
      .replace(/\.template$/, '')
      .replace(/[^A-Za-z0-9-]/g, '-')
      .replace(/^[^A-Za-z]+/, '');
  return {
    name: name || 'stack',
    template: readFileSync(file, 'utf8'),
    templateFile: file,
    parameters: options.parameters,
    tags: {},
    assets: [],
    region: undefined,
  };
}

/** What `sam build` wrote lies in .aws-sam/build of the project. */
function projectOf(file: string): string {
  const folder = dirname(file);
  return folder.endsWith(join('.aws-sam', 'build')) ? dirname(dirname(folder)) : folder;
}

/** Never part of a function: what tools keep beside the code, our own data among it. */
const keptBeside = ['.git', '.aws-sam', '.orrery'];

/** Every file of a folder, by its path with slashes, in a fixed order; a file alone by its name. */
export function filesOf(artifact: string): { name: string; path: string; mode: number }[] {
  if (!existsSync(artifact))
    throw new PersonError('asset-missing', `The asset ${artifact} is not there.`, 'Synthesise the app again.');
  const info = statSync(artifact);
  return info.isDirectory() ? below(artifact, '') : [{ name: basename(artifact), path: artifact, mode: info.mode }];
}

function below(folder: string, prefix: string): { name: string; path: string; mode: number }[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !keptBeside.includes(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      const info = statSync(path);
      return info.isDirectory()
        ? below(path, `${prefix}${entry.name}/`)
        : [{ name: `${prefix}${entry.name}`, path, mode: info.mode }];
    });
}

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, extname, join, relative, resolve } from 'node:path';
import type { Node } from 'yaml';
import { parseTemplate } from '../../engines/cloudformation/template/parse-template.ts';
import { isRecord, type ResourceDefinition, resourcesOf } from '../../engines/cloudformation/template/template.ts';
import { parseYaml } from '../../engines/cloudformation/template/yaml-source.ts';
import { PersonError } from '../../kernel/errors.ts';
import { lookupTable } from '../../kernel/lookup-table.ts';
import { type FileAsset, filesOf, type StackToDeploy, type Where } from './assembly.ts';

export interface Packaging extends Where {
  onNote(text: string): void;
}

interface Uploaded {
  bucket: string;
  key: string;
  region: string;
}

/** How a property names what was uploaded. Both forms are YAML and JSON, on one line. */
const forms = {
  uri: ({ bucket, key }: Uploaded) => JSON.stringify(`s3://${bucket}/${key}`),
  location: ({ bucket, key }: Uploaded) => JSON.stringify({ S3Bucket: bucket, S3Key: key }),
  url: ({ bucket, key, region }: Uploaded) => JSON.stringify(`https://s3.${region}.amazonaws.com/${bucket}/${key}`),
};

/** Properties that may hold a path beside the template ("package", AWS CLI Command Reference), of the types that run. */
const packaged: Record<string, { property: string; form: keyof typeof forms }> = lookupTable({
  'AWS::CloudFormation::Stack': { property: 'TemplateURL', form: 'url' },
  'AWS::Lambda::Function': { property: 'Code', form: 'location' },
  'AWS::Lambda::LayerVersion': { property: 'Content', form: 'location' },
  'AWS::Serverless::Function': { property: 'CodeUri', form: 'uri' },
  'AWS::Serverless::LayerVersion': { property: 'ContentUri', form: 'uri' },
});

/**
 * Does for a template file what `aws cloudformation package` and `sam deploy` do: folders and files that it names beside
 * itself become assets, and the template names where they will lie. The text keeps its lines, so that errors and `orrery
 * fidelity` point into the file that was written.
 */
export function withLocalArtifacts(stack: StackToDeploy, packaging: Packaging): StackToDeploy {
  const assets: FileAsset[] = [];
  const template = packagedText(stack.template, stack.templateFile, packaging, assets);
  return { ...stack, template, assets: [...stack.assets, ...assets] };
}

interface Found {
  path: (string | number)[];
  value: string;
  form: keyof typeof forms;
  resource: string;
}

function packagedText(text: string, file: string, packaging: Packaging, assets: FileAsset[]): string {
  const found = findPaths(text, file);
  if (found.length === 0) return text;
  const { document } = parseYaml(text, { tolerant: true });
  const edits = found.flatMap(({ path, value, form, resource }) => {
    const range = (document.getIn(path, true) as Node | undefined)?.range;
    if (!range) return [];
    const uploaded = upload(resolve(dirname(file), value), { form, resource, file, packaging, assets });
    return [{ from: range[0], to: range[1], text: forms[form](uploaded) }];
  });
  // From the end, so that places found before stay good.
  return edits
    .sort((a, b) => b.from - a.from)
    .reduce((result, edit) => result.slice(0, edit.from) + edit.text + result.slice(edit.to), text);
}

function findPaths(text: string, file: string): Found[] {
  const { document } = parsed(text, file);
  const globals = isRecord(document.Globals) && isRecord(document.Globals.Function) ? document.Globals.Function : {};
  const inGlobals: Found[] =
    typeof globals.CodeUri === 'string' && isLocal(globals.CodeUri)
      ? [{ path: ['Globals', 'Function', 'CodeUri'], value: globals.CodeUri, form: 'uri', resource: 'Globals' }]
      : [];
  return [...inGlobals, ...Object.entries(resourcesOf(document)).flatMap(([id, one]) => pathOf(id, one))];
}

/** What is broken is told by the deployment, in CloudFormation's words. */
function parsed(text: string, file: string): { document: Record<string, unknown> } {
  try {
    return parseTemplate(text, { fileName: file });
  } catch {
    return { document: {} };
  }
}

function pathOf(resource: string, definition: ResourceDefinition): Found[] {
  const { property, form } = packaged[definition?.Type] ?? {};
  const value = property === undefined ? undefined : definition.Properties?.[property];
  if (property === undefined || form === undefined || typeof value !== 'string' || !isLocal(value)) return [];
  checkBuilt(resource, definition);
  return [{ path: ['Resources', resource, 'Properties', property], value, form, resource }];
}

function isLocal(value: string): boolean {
  return !/^(s3|https?):\/\//.test(value);
}

/** `sam build` leaves its mark, SamResourceId, on what it has built. */
function checkBuilt(resource: string, { Metadata }: ResourceDefinition): void {
  if (Metadata?.BuildMethod === undefined || Metadata.SamResourceId !== undefined) return;
  throw new PersonError(
    'needs-build',
    `${resource} has to be built first (BuildMethod ${String(Metadata.BuildMethod)}).`,
    'Run `sam build`, and then `orrery up .aws-sam/build/template.yaml`.',
  );
}

interface Upload {
  form: keyof typeof forms;
  resource: string;
  file: string;
  packaging: Packaging;
  assets: FileAsset[];
}

function upload(path: string, { form, resource, file, packaging, assets }: Upload): Uploaded {
  if (!existsSync(path))
    throw new PersonError(
      'artifact-missing',
      `${file}: ${resource} names ${path}, and there is no such file or folder.`,
      'Paths in a template are looked for beside the template.',
    );
  const bucket = `cdk-hnb659fds-assets-${packaging.account}-${packaging.region}`;
  const asset = form === 'url' ? nestedTemplate(path, packaging, assets) : codeAsset(path, packaging);
  if (!assets.some(({ objectKey }) => objectKey === asset.objectKey)) assets.push({ ...asset, bucketName: bucket });
  return { bucket, key: asset.objectKey, region: packaging.region };
}

type Artifact = Omit<FileAsset, 'bucketName'>;

function codeAsset(path: string, { onNote }: Packaging): Artifact {
  if (statSync(path).isFile() && ['.zip', '.jar'].includes(extname(path)))
    return { path, packaging: 'file', objectKey: `${digest([[path, readFileSync(path)]])}.zip` };
  const folder = statSync(path).isDirectory() ? path : dirname(path);
  if (existsSync(join(folder, 'package.json')) && lacksDependencies(folder))
    onNote(
      `${relative('.', folder)} has dependencies that are not installed: run \`npm install\` in it, or \`sam build\`.`,
    );
  const contents = filesOf(path).map(
    ({ name, path: at, mode }) => [`${name}:${mode & 0o111}`, readFileSync(at)] as const,
  );
  return { path, packaging: 'zip', objectKey: `${digest(contents)}.zip` };
}

function lacksDependencies(folder: string): boolean {
  try {
    const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      dependencies?: object;
    };
    return Object.keys(dependencies).length > 0 && !existsSync(join(folder, 'node_modules'));
  } catch {
    return false;
  }
}

/** A nested stack's template may itself name paths, beside itself. */
function nestedTemplate(path: string, packaging: Packaging, assets: FileAsset[]): Artifact {
  const content = packagedText(readFileSync(path, 'utf8'), path, packaging, assets);
  return { path, content, packaging: 'file', objectKey: `${digest([[path, Buffer.from(content)]])}.template` };
}

function digest(contents: readonly (readonly [name: string, content: Buffer])[]): string {
  const hash = createHash('sha256');
  for (const [name, content] of contents) hash.update(`${name}\n${content.length}\n`).update(content);
  return hash.digest('hex').slice(0, 32);
}

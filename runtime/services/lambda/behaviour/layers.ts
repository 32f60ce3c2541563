import { parseArn } from '../../../kernel/arn.ts';
import type { Context, Kernel } from '../../../kernel/service.ts';
import { resourceNotFound, validation } from '../errors.ts';
import { type FunctionVersion, type LayerVersionRecord, layerVersions } from '../state.ts';
import { codeStore } from './code-store.ts';

/** The folder in the code store that a version finds as /opt: its layers over one another; undefined without. */
export async function layersFolder(kernel: Kernel, version: FunctionVersion): Promise<string | undefined> {
  const hashes = (version.Layers ?? []).flatMap(({ Arn }) => findLayerVersion(kernel, Arn ?? '')?.codeHash ?? []);
  return kernel.engine(codeStore).layered(hashes);
}

/** A layer version by its ARN, in whatever account and region; deleted ones too. */
export function findLayerVersion(kernel: Pick<Kernel, 'store'>, arn: string): LayerVersionRecord | undefined {
  const parsed = parseArn(arn);
  const [kind, name, version] = parsed?.resource.split(':') ?? [];
  if (parsed?.service !== 'lambda' || kind !== 'layer' || !name || !version) return undefined;
  const { account, region } = parsed;
  return kernel.store
    .collection<LayerVersionRecord>('lambda.layerVersions', { account, region })
    .get(layerKey(name, Number(version)));
}

export function layerKey(name: string, version: number): string {
  return `${name}:${String(version).padStart(10, '0')}`;
}

/** A layer version as operations name it: by name or ARN, and number. */
export function findLayer(
  ctx: Context,
  layer: string,
  version: number | undefined,
): { key: string; record: LayerVersionRecord } {
  const key = layerKey(layerName(layer), version ?? 0);
  const record = layerVersions(ctx).get(key);
  if (!record || record.deleted) throw resourceNotFound('The resource you requested does not exist.');
  return { key, record };
}

export function layerName(layer: string): string {
  const name = layer.startsWith('arn:') ? (layer.split(':')[6] ?? '') : layer;
  if (!/^[a-zA-Z0-9-_]{1,140}$/.test(name)) {
    throw validation([
      `Value '${layer}' at 'layerName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9-_]+`,
    ]);
  }
  return name;
}

import { parseArn } from '../../../kernel/arn.ts';
import type { Kernel } from '../../../kernel/service.ts';
import type { FunctionVersion, LayerVersionRecord } from '../state.ts';
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
  if (!parsed || parsed.service !== 'lambda' || kind !== 'layer' || !name || !version) return undefined;
  const { account, region } = parsed;
  return kernel.store.collection<LayerVersionRecord>('lambda.layerVersions', { account, region }).get(layerKey(name, Number(version)));
}

export function layerKey(name: string, version: number): string {
  return `${name}:${String(version).padStart(10, '0')}`;
}

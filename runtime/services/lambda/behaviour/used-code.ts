import type { Kernel } from '../../../kernel/service.ts';
import { functions, layerVersions, versions } from '../state.ts';
import { codeStore } from './code-store.ts';

/** After a start: forgets code that no function and no layer version has any more; laid-over layers are made again. */
export async function forgetUnusedCode(kernel: Kernel): Promise<void> {
  const used = new Set<string>();
  for (const name of ['lambda.functions', 'lambda.versions', 'lambda.layerVersions']) {
    for (const scope of kernel.store.scopes(name)) {
      const records = {
        collection: <T extends object>(collection: string) => kernel.store.collection<T>(collection, scope),
      };
      for (const { latest } of functions(records).values()) used.add(latest.codeHash);
      for (const { codeHash } of [...versions(records).values(), ...layerVersions(records).values()])
        used.add(codeHash);
    }
  }
  await kernel.engine(codeStore).keepOnly(used);
}

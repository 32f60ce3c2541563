import { readFileSync } from 'node:fs';
import type { FileAsset, StackToDeploy } from './assembly.ts';

/**
 * An app that names its account (`env: { account: '123456789012' }`) has the number written all through its templates. This
 * cloud is one account: the number is read as this one, in the stack and in the templates of its nested stacks.
 */
export function inThisAccount(stack: StackToDeploy, written: string | undefined, account: string): StackToDeploy {
  if (written === undefined || written === account || !/^\d{12}$/.test(written)) return stack;
  const here = (text: string): string => text.replace(new RegExp(`(?<!\\d)${written}(?!\\d)`, 'g'), account);
  return {
    ...stack,
    template: here(stack.template),
    parameters: Object.fromEntries(Object.entries(stack.parameters).map(([name, value]) => [name, here(value)])),
    assets: stack.assets.map((asset) => ({
      ...asset,
      bucketName: here(asset.bucketName),
      ...(isTemplate(asset) && { content: here(readFileSync(asset.path, 'utf8')) }),
    })),
  };
}

function isTemplate({ packaging, path }: FileAsset): boolean {
  return packaging === 'file' && path.endsWith('.template.json');
}

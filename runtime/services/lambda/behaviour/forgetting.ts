import type { Context } from '../../../kernel/service.ts';
import type { Collection } from '../../../kernel/store/collection.ts';
import { resourceConflict } from '../errors.ts';
import { functionArn } from '../function-names.ts';
import { aliases, eventInvokeConfigs, functions, policies, urls, versions } from '../state.ts';
import { fleet } from './fleet.ts';
import { closeUrl } from './function-urls.ts';

/** A function goes with its versions, aliases, policies, URLs and invoke configurations; event source mappings stay. */
export async function forgetFunction(ctx: Context, name: string): Promise<void> {
  const delivered: Promise<void>[] = [];
  for (const [key, url] of urls(ctx).entries()) if (url.FunctionName === name && belongs(key, name)) closeUrl(ctx, url);
  for (const [key, version] of versions(ctx).entries())
    if (belongs(key, name)) delivered.push(ctx.engine(fleet).retire(version.FunctionArn));
  for (const collection of [
    versions(ctx),
    aliases(ctx),
    policies(ctx),
    eventInvokeConfigs(ctx),
    urls(ctx),
  ] as Collection<object>[]) {
    for (const [key] of collection.entries()) if (belongs(key, name)) collection.delete(key);
  }
  functions(ctx).delete(name);
  delivered.push(ctx.engine(fleet).retire(functionArn(ctx, name)));
  // A stack that is rolled back deletes the role next, and with it what lets the reason of the failure be logged.
  await Promise.all(delivered);
}

export async function forgetVersion(ctx: Context, name: string, version: string): Promise<void> {
  const alias = aliases(ctx)
    .entries()
    .find(([key, { FunctionVersion, RoutingConfig }]) => {
      const weights = Object.keys(RoutingConfig?.AdditionalVersionWeights ?? {});
      return belongs(key, name) && (FunctionVersion === version || weights.includes(version));
    })?.[1];
  if (alias)
    throw resourceConflict(`Unable to delete version because the following aliases reference it: [${alias.Name}]`);
  versions(ctx).delete(`${name}:${version}`);
  await ctx.engine(fleet).retire(functionArn(ctx, name, version));
}

function belongs(key: string, name: string): boolean {
  return key === name || key.startsWith(`${name}:`);
}

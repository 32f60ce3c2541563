import { join } from 'node:path';
import { defaultAccount, defaultRegion } from '../../kernel/arn.ts';
import { readAssembly, readTemplateFile } from './assembly.ts';
import type { DeployTarget } from './deploy.ts';
import { withLocalArtifacts } from './local-artifacts.ts';
import { synthesize } from './synthesize.ts';
import type { Target } from './target.ts';

export interface PrepareOptions {
  dataDir: string;
  stackName?: string | undefined;
  parameters: Record<string, string>;
  onNote(text: string): void;
}

/** From what was named to stacks with their templates; runs the CDK app where there is one. */
export async function prepare(target: Target, options: PrepareOptions): Promise<DeployTarget> {
  const where = {
    account: defaultAccount,
    region: process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? defaultRegion,
  };
  if (target.kind === 'template')
    return {
      ...where,
      stacks: [
        withLocalArtifacts(
          readTemplateFile(target.file, {
            parameters: options.parameters,
            ...(options.stackName ? { stackName: options.stackName } : {}),
          }),
          { ...where, onNote: options.onNote },
        ),
      ],
    };
  const folder = target.kind === 'assembly' ? target.folder : await synthesizeApp(target, options, where);
  const stacks = readAssembly(folder, where).map((stack) => ({
    ...stack,
    parameters: { ...stack.parameters, ...options.parameters },
  }));
  return { ...where, stacks };
}

function synthesizeApp(
  target: Target & { kind: 'app' },
  options: PrepareOptions,
  where: { account: string; region: string },
): Promise<string> {
  return synthesize({
    folder: target.folder,
    cacheDir: join(options.dataDir, 'assemblies'),
    ...(target.system ? { context: { system: target.system } } : {}),
    ...where,
    onNote: options.onNote,
  });
}

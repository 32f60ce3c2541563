/** For the tests of the stacks: a stack synthesised in this process, with the context of cdk.json. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Aspects } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';

export interface TemplateResource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly Metadata?: { readonly cdk_nag?: { readonly rules_to_suppress: { id: string; reason: string }[] } };
  readonly DeletionPolicy?: string;
  readonly DependsOn?: readonly string[];
}

export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}

export interface Synthesised {
  readonly outputFolder: string;
  readonly templateFile: string;
  readonly template: Template;
  /** What cdk-nag and the CDK itself had to say about it. */
  readonly findings: string[];
}

export function synthesised(make: (app: App) => void, context: Record<string, string> = {}): Synthesised {
  const { context: configured } = JSON.parse(readFileSync(new URL('cdk.json', import.meta.url), 'utf8'));
  const outputFolder = mkdtempSync(join(tmpdir(), 'blueprint-'));
  const app = new App({
    outdir: outputFolder,
    analyticsReporting: false,
    // Takes longer than all the rest; one test runs it.
    builtinCloudFormationValidation: false,
    context: { ...configured, ...context },
  });
  make(app);
  Aspects.of(app).add(new AwsSolutionsChecks());
  const [stack] = app.synth().stacks;
  if (!stack) throw new Error('No stack was made');
  return {
    outputFolder,
    templateFile: stack.templateFullPath,
    template: stack.template,
    findings: stack.messages.map(({ level, id, entry }) => `${level} ${id}: ${entry.data}`),
  };
}

/** The resources of a type, by logical id. */
export function ofType({ Resources }: Template, type: string): [string, TemplateResource][] {
  return Object.entries(Resources).filter(([, resource]) => resource.Type === type);
}

/** The one resource of a type whose logical id starts so. */
export function only(template: Template, type: string, start = ''): { id: string } & TemplateResource {
  const found = ofType(template, type).filter(([id]) => id.startsWith(start));
  const [first] = found;
  if (!first || found.length > 1) throw new Error(`${found.length} resources are ${type} ${start}`);
  return { id: first[0], ...first[1] };
}

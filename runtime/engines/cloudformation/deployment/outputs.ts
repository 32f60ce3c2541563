import { conditionIsMet } from '../intrinsics/conditions.ts';
import { evaluate } from '../intrinsics/evaluate.ts';
import { asText } from '../intrinsics/scope.ts';
import type { OutputRecord, StackRecord } from '../stacks/records.ts';
import type { StackStore } from '../stacks/stack-store.ts';
import { isRecord, section, TemplateError } from '../template/template.ts';
import type { DesiredState } from './desired-state.ts';
import { exportsOf, importersOf } from './stack-lookups.ts';

export function outputsOf({ document, scope }: Pick<DesiredState, 'document' | 'scope'>): OutputRecord[] {
  const outputs: OutputRecord[] = [];
  for (const [OutputKey, output] of Object.entries(section(document, 'Outputs'))) {
    if (!isRecord(output)) continue;
    const path = ['Outputs', OutputKey];
    if (typeof output.Condition === 'string' && !conditionIsMet(output.Condition, scope, path)) continue;
    const value = evaluate(output.Value, scope, [...path, 'Value']);
    if (typeof value === 'object' || value === undefined) {
      throw new TemplateError(
        `Template format error: The Value field of every Outputs member must evaluate to a String.`,
        { path },
      );
    }
    const record: OutputRecord = { OutputKey, OutputValue: asText(value) };
    if (output.Description !== undefined) record.Description = asText(output.Description);
    const exported = isRecord(output.Export)
      ? evaluate(output.Export.Name, scope, [...path, 'Export', 'Name'])
      : undefined;
    if (exported !== undefined) record.ExportName = asText(exported);
    outputs.push(record);
  }
  return outputs;
}

/** Throws TemplateError where an export is another stack's, or one that is in use would go or change. */
export function checkExports(store: StackStore, stack: StackRecord, outputs: readonly OutputRecord[]): void {
  const exports = exportsOf(store, stack);
  for (const { ExportName } of outputs) {
    const owner = ExportName === undefined ? undefined : exports.get(ExportName);
    if (owner && owner.StackId !== stack.StackId) {
      throw new TemplateError(
        `Export with name ${ExportName} is already exported by stack ${owner.StackName}. Please specify a different export name.`,
      );
    }
  }
  for (const { ExportName, OutputValue } of stack.current?.outputs ?? []) {
    if (ExportName === undefined) continue;
    const now = outputs.find((output) => output.ExportName === ExportName);
    if (now?.OutputValue === OutputValue) continue;
    const [importer] = importersOf(store, stack, ExportName);
    if (importer) {
      throw new TemplateError(
        `Export ${ExportName} cannot be ${now ? 'updated' : 'deleted'} as it is in use by ${importer}`,
      );
    }
  }
}

import type {
  ListExportsCommandInput,
  ListExportsOutput,
  ListImportsCommandInput,
  ListImportsOutput,
} from '@aws-sdk/client-cloudformation';
import { exportsOf, importersOf } from '../../../engines/cloudformation/deployment/stack-lookups.ts';
import { stackStore } from '../../../engines/cloudformation/stacks/stack-store.ts';
import type { Context } from '../../../kernel/service.ts';
import { page } from '../behaviour/pages.ts';
import { validationError } from '../errors.ts';

export function ListExports(ctx: Context, input: ListExportsCommandInput): ListExportsOutput {
  const exports = [...exportsOf(ctx.engine(stackStore), ctx)].map(([Name, { StackId, value }]) => ({
    ExportingStackId: StackId,
    Name,
    Value: value,
  }));
  const { items, NextToken } = page(exports, input.NextToken, 100);
  return { Exports: items, NextToken };
}

export function ListImports(ctx: Context, input: ListImportsCommandInput): ListImportsOutput {
  const importers = importersOf(ctx.engine(stackStore), ctx, input.ExportName ?? '');
  if (importers.length === 0) throw validationError(`Export '${input.ExportName}' is not imported by any stack.`);
  const { items, NextToken } = page(importers, input.NextToken, 100);
  return { Imports: items, NextToken };
}

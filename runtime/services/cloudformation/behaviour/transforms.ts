import type { StackRecord } from '../../../engines/cloudformation/stacks/records.ts';
import type { GivenParameter } from '../../../engines/cloudformation/template/parameters.ts';
import { type Document, type Template, TemplateError } from '../../../engines/cloudformation/template/template.ts';
import type { Context } from '../../../kernel/service.ts';

export interface TransformRequest {
  given: readonly GivenParameter[];
  previous: Readonly<Record<string, string>>;
  stack: StackRecord;
}

/** Applies the template's transforms. `processed` is the text that came of it, undefined when it has none. */
export async function applyTransforms(
  _ctx: Context,
  template: Template,
  _request: TransformRequest,
): Promise<{ document: Document; processed: string | undefined; transforms: string[] }> {
  const transforms = transformNames(template.document);
  const [first] = transforms;
  if (first) throw new TemplateError(`Transform ${first} is refused: Orrery does not run it yet`, { path: ['Transform'] });
  return { document: template.document, processed: undefined, transforms };
}

export function transformNames(document: Document): string[] {
  const { Transform } = document;
  const list = Array.isArray(Transform) ? Transform : Transform === undefined ? [] : [Transform];
  return list.map((entry) => (typeof entry === 'object' && entry !== null && 'Name' in entry ? String(entry.Name) : String(entry)));
}

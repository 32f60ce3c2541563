import type { Scope } from '../../../engines/cloudformation/intrinsics/scope.ts';
import { expandServerless, serverlessTransform } from '../../../engines/cloudformation/serverless/expand-serverless.ts';
import {
  expandHostedRotation,
  hostedRotationTransforms,
} from '../../../engines/cloudformation/serverless/hosted-rotation.ts';
import type { StackRecord } from '../../../engines/cloudformation/stacks/records.ts';
import { expandForEach } from '../../../engines/cloudformation/template/for-each.ts';
import {
  chooseParameters,
  type GivenParameter,
  parameterValues,
} from '../../../engines/cloudformation/template/parameters.ts';
import { parseTemplate } from '../../../engines/cloudformation/template/parse-template.ts';
import { pseudoValues } from '../../../engines/cloudformation/template/pseudo-parameters.ts';
import {
  type Document,
  isRecord,
  type Path,
  section,
  type Template,
  TemplateError,
} from '../../../engines/cloudformation/template/template.ts';
import { zonesOf } from '../../../kernel/regions.ts';
import type { Context } from '../../../kernel/service.ts';
import { objectText } from './template-source.ts';

export interface TransformRequest {
  given: readonly GivenParameter[];
  previous: Readonly<Record<string, string>>;
  stack?: Pick<StackRecord, 'account' | 'region' | 'StackId' | 'StackName'>;
  /** No parameters are known: loops are left out instead of written out. */
  lenient?: boolean;
}

export interface Transformed {
  document: Document;
  /** Undefined when the template has no transform. */
  processed: string | undefined;
  transforms: string[];
}

const languageExtensions = 'AWS::LanguageExtensions';
const known = [languageExtensions, 'AWS::Include', serverlessTransform, ...hostedRotationTransforms];

/** Applies the template's transforms: AWS::Include where it stands, then those of the Transform section in order. */
export async function applyTransforms(
  ctx: Context,
  template: Template,
  request: TransformRequest,
): Promise<Transformed> {
  const transforms = transformNames(template.document);
  const refused = transforms.find((name) => !known.includes(name));
  if (refused) throw refusedTransform(refused, ['Transform']);
  const extended = transforms.includes(languageExtensions);
  if (!extended) refuseExtensions(template.document, []);
  const included = await includeFragments(ctx, template.document, []);
  if (transforms.length === 0 && included === template.document)
    return { document: template.document, processed: undefined, transforms };
  let { Transform: _applied, ...document } = await includeAtTop(ctx, included as Document);
  if (extended)
    document = request.lenient ? withoutLoops(document) : expandForEach(document, loopScope(document, request));
  if (transforms.includes(serverlessTransform)) document = expandServerless(document);
  if (transforms.some((name) => hostedRotationTransforms.includes(name))) document = expandHostedRotation(document);
  return { document, processed: JSON.stringify(document), transforms };
}

export function transformNames(document: Document): string[] {
  const { Transform } = document;
  const list = Array.isArray(Transform) ? Transform : Transform === undefined ? [] : [Transform];
  return list.map((entry) => (isRecord(entry) ? String(entry.Name) : String(entry)));
}

function refusedTransform(name: string, path: Path): TemplateError {
  return new TemplateError(`Transform ${name} is refused: Orrery has no such macro`, { path });
}

/** Functions that only the transform brings ("AWS::LanguageExtensions transform"). */
function refuseExtensions(value: unknown, path: Path): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, entry] of Object.entries(value)) {
    if (key === 'Fn::Length' || key === 'Fn::ToJsonString' || key.startsWith('Fn::ForEach::')) {
      throw new TemplateError(
        `Template error: Encountered unsupported function: ${key}. It needs the ${languageExtensions} transform`,
        {
          path: [...path, key],
        },
      );
    }
    refuseExtensions(entry, [...path, Array.isArray(value) ? Number(key) : key]);
  }
}

/** Fn::Transform with AWS::Include: the fragment takes its place beside its siblings. The same value when there is none. */
async function includeFragments(ctx: Context, value: unknown, path: Path): Promise<unknown> {
  if (typeof value !== 'object' || value === null || !JSON.stringify(value).includes('"Fn::Transform"')) return value;
  if (Array.isArray(value))
    return Promise.all(value.map((entry, index) => includeFragments(ctx, entry, [...path, index])));
  const result: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(value)) {
    if (key === 'Fn::Transform') Object.assign(result, await fragment(ctx, entry, [...path, key]));
    else result[key] = await includeFragments(ctx, entry, [...path, key]);
  }
  return result;
}

async function includeAtTop(ctx: Context, document: Document): Promise<Document> {
  const list = Array.isArray(document.Transform) ? document.Transform : [document.Transform];
  let result = document;
  for (const entry of list) {
    if (!isRecord(entry) || entry.Name !== 'AWS::Include') continue;
    for (const [name, content] of Object.entries(await fragment(ctx, entry, ['Transform']))) {
      const own = result[name];
      result = { ...result, [name]: isRecord(own) && isRecord(content) ? { ...own, ...content } : content };
    }
  }
  return result;
}

async function fragment(ctx: Context, call: unknown, path: Path): Promise<Record<string, unknown>> {
  const { Name, Parameters } = isRecord(call) ? call : {};
  if (Name !== 'AWS::Include') throw refusedTransform(String(Name), path);
  const Location = isRecord(Parameters) ? Parameters.Location : undefined;
  if (typeof Location !== 'string') {
    throw new TemplateError('AWS::Include: Location must be the S3 URI of a fragment; a function there is refused', {
      path,
    });
  }
  return parseTemplate(await objectText(ctx, Location), { fileName: Location }).document;
}

function loopScope(document: Document, { given, previous, stack }: TransformRequest): Scope {
  const values = parameterValues(document, chooseParameters(document, given, previous));
  return {
    document,
    values: { ...(stack && pseudoValues(stack)), ...values },
    resource: () => undefined,
    exported: () => undefined,
    zones: zonesOf,
    conditions: new Map(),
  };
}

function withoutLoops(document: Document): Document {
  const result: Document = { ...document };
  for (const name of ['Conditions', 'Resources', 'Outputs']) {
    if (result[name] === undefined) continue;
    result[name] = Object.fromEntries(
      Object.entries(section(document, name)).filter(([key]) => !key.startsWith('Fn::ForEach::')),
    );
  }
  return result;
}

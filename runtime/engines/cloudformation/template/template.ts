/** A template as parsed: intrinsic functions in their long form, whatever form they were written in. */
export interface Template {
  fileName: string | undefined;
  text: string;
  document: Document;
  /** Where the value at a path stands in the text, or its nearest known ancestor; worked out only when asked for. */
  locate(path: Path): Position | undefined;
}

export type Document = Record<string, unknown>;
export type Path = readonly (string | number)[];

/** Both count from 1, as editors do. */
export interface Position {
  line: number;
  column: number;
}

export interface ResourceDefinition {
  Type: string;
  Properties?: Record<string, unknown>;
  DependsOn?: string | string[];
  Condition?: string;
  Metadata?: Record<string, unknown>;
  DeletionPolicy?: unknown;
  UpdateReplacePolicy?: unknown;
  CreationPolicy?: Record<string, unknown>;
  UpdatePolicy?: Record<string, unknown>;
}

/** What is wrong with a template, in AWS's sentence, and where. */
export class TemplateError extends Error {
  path: Path | undefined;
  position: Position | undefined;
  fileName: string | undefined;

  constructor(
    message: string,
    where: { path?: Path | undefined; position?: Position | undefined; fileName?: string | undefined } = {},
  ) {
    super(message);
    this.name = 'TemplateError';
    this.path = where.path;
    this.position = where.position;
    this.fileName = where.fileName;
  }

  /** As compilers print it: template.yaml:12:7: sentence. */
  describe(): string {
    const place = this.position ? `${this.position.line}:${this.position.column}: ` : '';
    return `${this.fileName ?? 'template'}:${place || ' '}${this.message}`;
  }
}

/** The same error with its place looked up in the template. */
export function placed(error: TemplateError, template: Template): TemplateError {
  error.fileName ??= template.fileName;
  if (error.path && !error.position) error.position = template.locate(error.path);
  return error;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A section as a record; an absent one is empty. The structure has been checked by `checkStructure`. */
export function section(document: Document, name: string): Record<string, unknown> {
  const value = document[name];
  return isRecord(value) ? value : {};
}

export function resourcesOf(document: Document): Record<string, ResourceDefinition> {
  return section(document, 'Resources') as unknown as Record<string, ResourceDefinition>;
}

import type { Document } from '../template/template.ts';

/** What names stand for while a template's values are worked out. */
export interface Scope {
  document: Document;
  /** Resolved parameter values and pseudo parameters, by name: AWS::Region, BucketName. */
  values: Readonly<Record<string, unknown>>;
  /** What is known of a resource. Undefined when the template has no such resource, or its condition is false. */
  resource(logicalId: string): ReferencedResource | undefined;
  /** Undefined when nothing of the account and region exports the name. */
  exported(name: string): string | undefined;
  /** Zones of a region, for Fn::GetAZs. */
  zones(region: string): string[];
  /** Condition values worked out so far. */
  conditions: Map<string, boolean>;
}

export interface ReferencedResource {
  ref: unknown;
  attribute(name: string): unknown;
}

/** AWS::NoValue: the property is left out. */
export const noValue = Symbol('AWS::NoValue');

/** A value that only the deployment will bring forth, while changes are worked out beforehand. */
export const unknownValue = Symbol('known after deployment');

export function isUnknown(value: unknown): boolean {
  if (value === unknownValue) return true;
  if (Array.isArray(value)) return value.some(isUnknown);
  return typeof value === 'object' && value !== null && Object.values(value).some(isUnknown);
}

/** How CloudFormation writes a scalar into text. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value);
}

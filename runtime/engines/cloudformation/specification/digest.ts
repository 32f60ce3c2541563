/** The form of the files that tools/digest-specification.ts writes beside this one, one per service: aws-sqs.json. */
export interface ServiceDigest {
  /** By type name: AWS::SQS::Queue. */
  types: Record<string, ResourceDigest>;
  /** Nested property types, by the specification's own id. */
  definitions: Record<string, DefinitionDigest>;
}

export interface ResourceDigest {
  properties: Record<string, PropertyDigest>;
  /** What `Fn::GetAtt` knows. */
  attributes: string[];
  /** The primary identifier's property or attribute names. */
  identifier?: string[];
  /** Property that holds the tags, and the specification's word for their form: standard, asg, map. */
  tags?: [property: string, variant: string];
  /** Paths whose change replaces, where the property's own type cannot say so. */
  replacing?: string[][];
}

export interface DefinitionDigest {
  name: string;
  properties: Record<string, PropertyDigest>;
}

export interface PropertyDigest {
  type: TypeDigest;
  required?: true;
  /** Whether a change replaces the resource; absent when it never does. */
  replaces?: 'yes' | 'maybe';
}

/**
 * A primitive's name (string, number, integer, boolean, json, date-time, tag, null), or a made-up type. An `enum` names the
 * primitive that its values are of.
 */
export type TypeDigest =
  | string
  | ['array', TypeDigest]
  | ['map', TypeDigest]
  | ['enum', string, ...(string | number)[]]
  | ['definition', string]
  | ['union', ...TypeDigest[]];

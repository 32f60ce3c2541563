import type { Deployed, ResourceIndex } from './resource-index.ts';

export interface ResourceReference {
  to: Deployed;
  /** Without array positions: Targets.Arn */
  property: string;
}

/** Where code and templates lie: that a bucket holds them says nothing of what flows. */
const code = /^(Code|Content|TemplateURL)$/;

/** Texts longer than this are code or data, where a name says little; user data of an instance is below it. */
const longestText = 32 * 1024;

/**
 * What a resource refers to, by the values it was made with: physical ids, ARNs and addresses of others, wherever they came
 * from (Ref, imports, parameters of nested stacks), also inside of texts such as user data and environment variables.
 */
export function referencesIn(from: Deployed, index: ResourceIndex): ResourceReference[] {
  const found = new Map<string, ResourceReference>();
  const visit = (value: unknown, property: string): void => {
    if (typeof value === 'string') {
      for (const to of namedIn(value, index)) if (to !== from) found.set(`${property}\n${to.id}`, { to, property });
    } else if (Array.isArray(value)) for (const one of value) visit(one, property);
    else if (typeof value === 'object' && value !== null && !code.test(property))
      for (const [key, one] of Object.entries(value)) visit(one, property === '' ? key : `${property}.${key}`);
  };
  visit(from.resource.properties, '');
  // What cfn-init does on an instance names what the instance uses.
  if (from.resource.Metadata?.includes('AWS::CloudFormation::Init'))
    visit(JSON.parse(from.resource.Metadata), 'Metadata');
  return [...found.values()];
}

function namedIn(text: string, index: ResourceIndex): Deployed[] {
  if (text.length < 5 || text.length > longestText) return [];
  const exact = index.find(text);
  if (exact) return [exact];
  const found: Deployed[] = [];
  for (const [arn] of text.matchAll(/arn:aws[\w-]*:[^\s"'`{}()<>,;\\]+/g)) {
    const one = index.find(arn);
    if (one) found.push(one);
  }
  for (const token of text.split(/[\s"'`{}()<>,;=\\/@:]+/)) {
    const one = token.length > 6 ? index.find(token) : undefined;
    if (one) found.push(one);
  }
  return [...new Set(found)];
}

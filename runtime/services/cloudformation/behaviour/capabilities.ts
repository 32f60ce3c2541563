import { serverlessTransform } from '../../../engines/cloudformation/serverless/expand-serverless.ts';
import type { Document } from '../../../engines/cloudformation/template/template.ts';
import { isRecord, resourcesOf } from '../../../engines/cloudformation/template/template.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import { insufficientCapabilities } from '../errors.ts';

/** Types whose creation must be acknowledged, and the property that names them ("Acknowledging IAM resources in templates"). */
const iamNames: Record<string, string | undefined> = lookupTable({
  'AWS::IAM::AccessKey': undefined,
  'AWS::IAM::Group': 'GroupName',
  'AWS::IAM::InstanceProfile': 'InstanceProfileName',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::IAM::Policy': undefined,
  'AWS::IAM::Role': 'RoleName',
  'AWS::IAM::User': 'UserName',
  'AWS::IAM::UserToGroupAddition': undefined,
});

export interface NeededCapabilities {
  Capabilities?: ('CAPABILITY_IAM' | 'CAPABILITY_NAMED_IAM' | 'CAPABILITY_AUTO_EXPAND')[];
  CapabilitiesReason?: string;
}

/** `document` after its transforms; nested stacks count as they may hold anything. */
export function neededCapabilities(document: Document, transforms: readonly string[]): NeededCapabilities {
  const iam = Object.values(resourcesOf(document)).filter(({ Type }) => Object.hasOwn(iamNames, Type));
  const named = iam.some(({ Type, Properties }) => {
    const property = iamNames[Type];
    return property !== undefined && isRecord(Properties) && Properties[property] !== undefined;
  });
  const Capabilities: NonNullable<NeededCapabilities['Capabilities']> = [];
  if (iam.length > 0) Capabilities.push(named ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM');
  // AWS::LanguageExtensions and AWS::Include alone need no acknowledgement of expansion by macros.
  if (transforms.some((name) => name === serverlessTransform)) Capabilities.push('CAPABILITY_AUTO_EXPAND');
  if (iam.length === 0) return Capabilities.length > 0 ? { Capabilities } : {};
  const types = [...new Set(iam.map(({ Type }) => Type))].sort();
  return { Capabilities, CapabilitiesReason: `The following resource(s) require capabilities: [${types.join(', ')}]` };
}

export function checkCapabilities(document: Document, transforms: readonly string[], given: readonly string[]): void {
  const { Capabilities = [] } = neededCapabilities(document, transforms);
  const needed = Capabilities.filter(
    (capability) =>
      !given.includes(capability) && !(capability === 'CAPABILITY_IAM' && given.includes('CAPABILITY_NAMED_IAM')),
  );
  if (needed.length > 0) throw insufficientCapabilities(needed);
}

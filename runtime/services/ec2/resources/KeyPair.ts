import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';
import { tagSpecification } from './taking-down.ts';

interface KeyPairProperties {
  KeyName: string;
  KeyType?: string;
  KeyFormat?: string;
  PublicKeyMaterial?: string;
  Tags?: { Key: string; Value: string }[];
}

/** AWS::EC2::KeyPair. Ref is the name; the private key of one that is made is kept in Parameter Store, as on AWS. */
export const KeyPair = defineResource<KeyPairProperties>({
  type: 'AWS::EC2::KeyPair',
  properties: {
    KeyName: 'executed',
    KeyType: 'executed',
    KeyFormat: 'executed',
    PublicKeyMaterial: 'executed',
    Tags: 'stored',
  },
  async create(ctx, { KeyName, KeyType, KeyFormat, PublicKeyMaterial, Tags }) {
    const tags = tagSpecification(ctx, 'key-pair', Tags);
    const made = PublicKeyMaterial
      ? await call(ctx, 'ImportKeyPair', { KeyName, PublicKeyMaterial: Buffer.from(PublicKeyMaterial), ...tags })
      : await call(ctx, 'CreateKeyPair', { KeyName, KeyType, KeyFormat, ...tags });
    const { KeyPairId, KeyFingerprint, KeyMaterial } = made;
    if (KeyMaterial)
      await ctx.call('ssm', 'PutParameter', { Name: parameterOf(KeyPairId), Type: 'SecureString', Value: KeyMaterial });
    return { physicalId: KeyName, attributes: { KeyPairId, KeyFingerprint } };
  },
  async delete(ctx, KeyName, { PublicKeyMaterial }) {
    const { KeyPairId } = await call(ctx, 'DeleteKeyPair', { KeyName });
    if (KeyPairId && !PublicKeyMaterial) await ctx.call('ssm', 'DeleteParameters', { Names: [parameterOf(KeyPairId)] });
  },
});

const parameterOf = (id: string): string => `/ec2/keypair/${id}`;

function call(ctx: ResourceContext, operation: string, input: object) {
  return ctx.call<{ KeyPairId: string; KeyFingerprint: string; KeyMaterial?: string }>('ec2', operation, input);
}

import { lookupTable } from '../../../kernel/lookup-table.ts';
import type { Context } from '../../../kernel/service.ts';
import { aliases, type Key, keep, keyArn } from '../state.ts';
import { sealMaterial } from './material.ts';
import { appointments, yearDays, yearMs } from './rotation.ts';

/** Services that have a key of their own in an account, by the name in its alias, and what kms:ViaService says of them. */
const services: Readonly<Record<string, string>> = lookupTable({
  s3: 's3',
  ssm: 'ssm',
  secretsmanager: 'secretsmanager',
  dynamodb: 'dynamodb',
  sns: 'sns',
  sqs: 'sqs',
  lambda: 'lambda',
  ebs: 'ec2',
  rds: 'rds',
  elasticfilesystem: 'elasticfilesystem',
  kinesis: 'kinesis',
  logs: 'logs',
  acm: 'acm',
  backup: 'backup',
  glue: 'glue',
  es: 'es',
  redshift: 'redshift',
});

export function isManagedAlias(name: string): boolean {
  return name.startsWith('alias/aws/') && services[name.slice(10)] !== undefined;
}

/** AWS makes an AWS managed key when it is first used. Everybody in the account may use it through its service. */
export function makeManagedKey(ctx: Context, AliasName: string): Key {
  const name = AliasName.slice(10);
  const KeyId = ctx.ids.uuid();
  const nowMs = ctx.clock.now();
  const material = Buffer.from(ctx.ids.hex(64), 'hex');
  aliases(ctx, ctx).put(AliasName, { AliasName, TargetKeyId: KeyId, createdMs: nowMs, updatedMs: nowMs });
  const key = keep(ctx, {
    KeyId,
    Arn: keyArn(ctx.region, ctx.account, KeyId),
    account: ctx.account,
    region: ctx.region,
    createdMs: nowMs,
    Description: `Default key that protects my ${name} data when no other key is defined`,
    KeySpec: 'SYMMETRIC_DEFAULT',
    KeyUsage: 'ENCRYPT_DECRYPT',
    KeyManager: 'AWS',
    KeyState: 'Enabled',
    policy: policyOf(ctx, name),
    tags: {},
    sealed: [sealMaterial(ctx, KeyId, { index: 0, material })],
    rotation: { periodDays: yearDays, nextMs: nowMs + yearMs },
    rotations: [],
  });
  ctx.engine(appointments).arrange();
  return key;
}

/** "Viewing the key policy of an AWS managed key". */
function policyOf(ctx: Context, name: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Id: `auto-${name}-1`,
    Statement: [
      {
        Sid: `Allow access through ${name} for all principals in the account that are authorized to use it`,
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: [
          'kms:Encrypt',
          'kms:Decrypt',
          'kms:ReEncrypt*',
          'kms:GenerateDataKey*',
          'kms:CreateGrant',
          'kms:DescribeKey',
        ],
        Resource: '*',
        Condition: {
          StringEquals: {
            'kms:CallerAccount': ctx.account,
            'kms:ViaService': `${services[name]}.${ctx.region}.amazonaws.com`,
          },
        },
      },
      {
        Sid: 'Allow direct access to key metadata to the account',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${ctx.account}:root` },
        Action: ['kms:Describe*', 'kms:Get*', 'kms:List*', 'kms:RevokeGrant'],
        Resource: '*',
      },
    ],
  });
}

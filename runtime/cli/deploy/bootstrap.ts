import type { Context } from '../../kernel/service.ts';
import { deployStack } from './deploy-stack.ts';

/** The version of the CDK's bootstrap stack whose promises this one keeps for what `orrery up` deploys. */
const version = '30';

/**
 * What every CDK app counts on having been made by `cdk bootstrap`: the assets' bucket and the version parameter. Only
 * made where it is missing; the real `cdk bootstrap` updates this stack to its own.
 */
export async function ensureBootstrap(ctx: Context): Promise<void> {
  const found = await ctx.call<{ Parameters?: unknown[] }>('ssm', 'GetParameters', {
    Names: ['/cdk-bootstrap/hnb659fds/version'],
  });
  if (found.Parameters?.length) return;
  await deployStack(ctx, {
    name: 'CDKToolkit',
    template: JSON.stringify(template()),
    templateFile: 'the bootstrap template',
    parameters: {},
    tags: {},
    assets: [],
    region: undefined,
  });
}

function template(): object {
  return {
    Description: 'What `orrery up` needs of a bootstrapped environment; `cdk bootstrap` makes it whole',
    Resources: {
      StagingBucket: {
        Type: 'AWS::S3::Bucket',
        Properties: {
          BucketName: { 'Fn::Sub': 'cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}' },
          PublicAccessBlockConfiguration: {
            BlockPublicAcls: true,
            BlockPublicPolicy: true,
            IgnorePublicAcls: true,
            RestrictPublicBuckets: true,
          },
          VersioningConfiguration: { Status: 'Enabled' },
        },
        UpdateReplacePolicy: 'Retain',
        DeletionPolicy: 'Retain',
      },
      CdkBootstrapVersion: {
        Type: 'AWS::SSM::Parameter',
        Properties: { Type: 'String', Name: '/cdk-bootstrap/hnb659fds/version', Value: version },
      },
    },
    Outputs: { BucketName: { Value: { Ref: 'StagingBucket' } } },
  };
}

import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { suppress } from './nag.ts';

export interface TypescriptFunctionOptions {
  readonly code: Code;
  readonly description: string;
  readonly timeout: Duration;
  readonly memoryMb: number;
  readonly environment?: Record<string, string>;
  /** All the function may do, besides writing to its own log group and, in a VPC, having its interfaces there. */
  readonly statements: PolicyStatement[];
  readonly inside?: { readonly vpc: IVpc; readonly subnets: SubnetSelection; readonly securityGroup: ISecurityGroup };
}

/**
 * A Lambda function with a log group and a role of its own. The role's policies are inline and written by hand: what
 * the function may do is read in one place, nothing is added by grants elsewhere, and CloudFormation has the whole
 * role before it makes the function (a separate AWS::IAM::Policy may come later than the first call).
 */
export class TypescriptFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, options: TypescriptFunctionOptions) {
    super(scope, id);
    this.logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        work: new PolicyDocument({
          statements: [
            ...options.statements,
            mayWriteTo(this.logGroup),
            ...(options.inside ? [mayHaveInterfaces()] : []),
          ],
        }),
      },
    });
    if (options.inside) {
      suppress(this.role, 'AwsSolutions-IAM5', 'Lambda makes the interfaces, whose names nobody knows beforehand.');
    }
    this.function = new LambdaFunction(this, 'Function', {
      description: options.description,
      code: options.code,
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: options.memoryMb,
      timeout: options.timeout,
      environment: options.environment,
      // By its ARN: grants cannot widen it, and the function does not declare to depend on what it already refers to.
      role: Role.fromRoleArn(this, 'RoleAsWritten', this.role.roleArn, { mutable: false }),
      logGroup: this.logGroup,
      ...(options.inside && {
        vpc: options.inside.vpc,
        vpcSubnets: options.inside.subnets,
        securityGroups: [options.inside.securityGroup],
      }),
    });
  }
}

/** "Giving Lambda functions access to resources in an Amazon VPC": what Lambda does in the function's name. */
function mayHaveInterfaces(): PolicyStatement {
  return new PolicyStatement({
    sid: 'HaveInterfaces',
    actions: [
      'ec2:CreateNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:DeleteNetworkInterface',
      'ec2:AssignPrivateIpAddresses',
      'ec2:UnassignPrivateIpAddresses',
    ],
    resources: ['*'],
  });
}

/** A log group's Arn attribute ends in `:*`, which stands for its streams ("AWS::Logs::LogGroup, return values"). */
function mayWriteTo(logGroup: LogGroup): PolicyStatement {
  return new PolicyStatement({
    sid: 'WriteOwnLogs',
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [logGroup.logGroupArn],
  });
}

import type { StoredCases } from '../stored-cases.ts';

const InstancesDistribution = { SpotAllocationStrategy: 'lowest-price', SpotInstancePools: 3, SpotMaxPrice: '0.05' };
const role = 'arn:aws:iam::000000000000:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling';
const AutoScalingGroupName = 'asked';

export const autoscaling: StoredCases = {
  service: 'autoscaling',
  resources: {
    Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.30.0.0/16' } },
    Subnet: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.30.0.0/24' } },
    Launch: {
      Type: 'AWS::EC2::LaunchTemplate',
      Properties: {
        LaunchTemplateName: 'stored-group',
        LaunchTemplateData: {
          ImageId: '{{resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-x86_64}}',
          InstanceType: 't3.micro',
        },
      },
    },
    Group: {
      Type: 'AWS::AutoScaling::AutoScalingGroup',
      Properties: {
        AutoScalingGroupName: 'stored',
        MinSize: '0',
        MaxSize: '1',
        VPCZoneIdentifier: [{ Ref: 'Subnet' }],
        Context: 'kitchen',
        ServiceLinkedRoleARN: role,
        MixedInstancesPolicy: {
          InstancesDistribution,
          LaunchTemplate: {
            LaunchTemplateSpecification: { LaunchTemplateName: 'stored-group', Version: '1' },
            Overrides: [{ InstanceType: 't3.small' }],
          },
        },
      },
      DependsOn: 'Launch',
    },
    Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'stored-hooks' } },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: 'stored-hooks',
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Principal: { Service: 'autoscaling.amazonaws.com' }, Action: 'sts:AssumeRole' },
          ],
        },
        ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'],
      },
    },
    Hook: {
      Type: 'AWS::AutoScaling::LifecycleHook',
      DependsOn: 'Role',
      Properties: {
        AutoScalingGroupName: { Ref: 'Group' },
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
        NotificationTargetARN: { Ref: 'Topic' },
        RoleARN: 'arn:aws:iam::000000000000:role/stored-hooks',
      },
    },
    Policy: {
      Type: 'AWS::AutoScaling::ScalingPolicy',
      Properties: {
        AutoScalingGroupName: { Ref: 'Group' },
        PolicyType: 'StepScaling',
        AdjustmentType: 'ChangeInCapacity',
        MetricAggregationType: 'Maximum',
        StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }],
      },
    },
  },
  told: {
    Group: (ask) => ask('DescribeAutoScalingGroups', { AutoScalingGroupNames: ['stored'] }),
    Hook: (ask) => ask('DescribeLifecycleHooks', { AutoScalingGroupName: 'stored' }),
    Policy: (ask) => ask('DescribePolicies', { AutoScalingGroupName: 'stored' }),
  },
  requests: {
    CreateAutoScalingGroup: async (ask) => {
      const { Subnets } = (await ask('ec2:DescribeSubnets', {
        Filters: [{ Name: 'cidr-block', Values: ['10.30.0.0/24'] }],
      })) as { Subnets: { SubnetId: string }[] };
      const asked = {
        AutoScalingGroupName,
        MinSize: 0,
        MaxSize: 1,
        VPCZoneIdentifier: Subnets[0]?.SubnetId,
        Context: 'kitchen',
        ServiceLinkedRoleARN: role,
        MixedInstancesPolicy: {
          InstancesDistribution,
          LaunchTemplate: {
            LaunchTemplateSpecification: { LaunchTemplateName: 'stored-group', Version: '1' },
            Overrides: [{ InstanceType: 't3.small' }],
          },
        },
      };
      await ask('CreateAutoScalingGroup', asked);
      return { asked, told: await ask('DescribeAutoScalingGroups', { AutoScalingGroupNames: [AutoScalingGroupName] }) };
    },
    UpdateAutoScalingGroup: async (ask) => {
      const ServiceLinkedRoleARN = `${role}_two`;
      const asked = { AutoScalingGroupName, Context: 'night', ServiceLinkedRoleARN };
      await ask('UpdateAutoScalingGroup', asked);
      return { asked, told: await ask('DescribeAutoScalingGroups', { AutoScalingGroupNames: [AutoScalingGroupName] }) };
    },
    PutScalingPolicy: async (ask) => {
      const asked = {
        AutoScalingGroupName,
        PolicyName: 'asked',
        PolicyType: 'StepScaling',
        AdjustmentType: 'ChangeInCapacity',
        MetricAggregationType: 'Minimum',
        StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }],
      };
      await ask('PutScalingPolicy', asked);
      return { asked, told: await ask('DescribePolicies', { AutoScalingGroupName }) };
    },
  },
};

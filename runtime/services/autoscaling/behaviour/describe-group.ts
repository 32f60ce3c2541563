import type { AutoScalingGroup, Instance, WarmPoolConfiguration } from '@aws-sdk/client-auto-scaling';
import { type Group, isWarmed, type Member, type WarmPool } from '../state.ts';
import { describeMixed } from './mixed-instances.ts';

export function describeGroup(group: Group, { IncludeInstances = true } = {}): AutoScalingGroup {
  const { AutoScalingGroupName: name, subnets } = group;
  return {
    AutoScalingGroupName: name,
    AutoScalingGroupARN: group.AutoScalingGroupARN,
    ...(group.MixedInstancesPolicy
      ? { MixedInstancesPolicy: describeMixed(group.LaunchTemplate, group.MixedInstancesPolicy) }
      : { LaunchTemplate: group.LaunchTemplate }),
    ...(group.InstanceMaintenancePolicy ? { InstanceMaintenancePolicy: group.InstanceMaintenancePolicy } : {}),
    MinSize: group.MinSize,
    MaxSize: group.MaxSize,
    DesiredCapacity: group.DesiredCapacity,
    DefaultCooldown: group.DefaultCooldown,
    ...(group.DefaultInstanceWarmup === undefined ? {} : { DefaultInstanceWarmup: group.DefaultInstanceWarmup }),
    AvailabilityZones: [...new Set(subnets.map(({ AvailabilityZone }) => AvailabilityZone))],
    LoadBalancerNames: [],
    TargetGroupARNs: group.TargetGroupARNs,
    HealthCheckType: group.HealthCheckType.filter((type) => type !== 'EC2').join(',') || 'EC2',
    HealthCheckGracePeriod: group.HealthCheckGracePeriod,
    Instances: IncludeInstances ? ofCapacity(group).map(describeMember) : [],
    ...(group.WarmPool
      ? {
          WarmPoolConfiguration: describePool(group.WarmPool),
          WarmPoolSize: group.members.length - ofCapacity(group).length,
        }
      : {}),
    CreatedTime: new Date(group.createdMs),
    SuspendedProcesses: Object.entries(group.suspended).map(([ProcessName, SuspensionReason]) => ({
      ProcessName,
      SuspensionReason,
    })),
    VPCZoneIdentifier: subnets.map(({ SubnetId }) => SubnetId).join(','),
    EnabledMetrics: group.EnabledMetrics.map((Metric) => ({ Metric, Granularity: '1Minute' })),
    ...(group.deleting ? { Status: 'Delete in progress' } : {}),
    Tags: group.Tags.map((tag) => ({ ResourceId: name, ResourceType: 'auto-scaling-group', ...tag })),
    TerminationPolicies: group.TerminationPolicies,
    NewInstancesProtectedFromScaleIn: group.NewInstancesProtectedFromScaleIn,
    ServiceLinkedRoleARN: group.ServiceLinkedRoleARN,
    Context: group.Context,
    CapacityRebalance: false,
    TrafficSources: group.TargetGroupARNs.map((Identifier) => ({ Identifier, Type: 'elbv2' })),
  };
}

const ofCapacity = ({ members }: Group): Member[] => members.filter(({ LifecycleState }) => !isWarmed(LifecycleState));

export function describePool({ deleting, ReuseOnScaleIn, ...pool }: WarmPool): WarmPoolConfiguration {
  return {
    ...pool,
    ...(deleting ? { Status: 'PendingDelete' } : {}),
    ...(ReuseOnScaleIn ? { InstanceReusePolicy: { ReuseOnScaleIn } } : {}),
  };
}

export function describeMember(member: Member): Instance {
  return {
    InstanceId: member.InstanceId,
    InstanceType: member.InstanceType,
    AvailabilityZone: member.AvailabilityZone,
    LifecycleState: member.LifecycleState,
    HealthStatus: member.HealthStatus,
    LaunchTemplate: member.LaunchTemplate,
    ProtectedFromScaleIn: member.ProtectedFromScaleIn,
    ...(member.weight === undefined ? {} : { WeightedCapacity: String(member.weight) }),
  };
}

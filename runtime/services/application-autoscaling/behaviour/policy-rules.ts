import type {
  StepAdjustment as GivenStep,
  PutScalingPolicyCommandInput,
  StepScalingPolicyConfiguration,
} from '@aws-sdk/client-application-auto-scaling';
import { stepsInOrder } from '../../../engines/scaling/capacity-rules.ts';
import type { ScalableDimension } from '../../../engines/scaling/scalable-dimensions.ts';
import { refused } from '../../../kernel/errors.ts';
import { validation } from '../errors.ts';
import type { Policy } from '../state.ts';
import { trackedBy } from './tracking-alarms.ts';

type Settings = Pick<
  Policy,
  'PolicyType' | 'StepScalingPolicyConfiguration' | 'TargetTrackingScalingPolicyConfiguration'
>;

/** "PutScalingPolicy" (API Reference): each type has its own configuration, and takes no other's. */
export function policySettings(
  dimension: ScalableDimension,
  ResourceId: string,
  input: PutScalingPolicyCommandInput,
  before: Settings | undefined,
): Settings {
  const PolicyType = input.PolicyType ?? before?.PolicyType ?? 'StepScaling';
  if (PolicyType === 'PredictiveScaling' || input.PredictiveScalingPolicyConfiguration)
    throw refused(
      'application-autoscaling PutScalingPolicy PolicyType PredictiveScaling',
      'nothing forecasts load here.',
    );
  if (before && before.PolicyType !== PolicyType)
    throw validation('The policy type of a scaling policy cannot be changed.');
  if (PolicyType === 'TargetTrackingScaling') return tracking(dimension, ResourceId, input);
  if (PolicyType !== 'StepScaling') throw validation(`PolicyType ${PolicyType} is not valid.`);
  if (input.TargetTrackingScalingPolicyConfiguration)
    throw validation('TargetTrackingScalingPolicyConfiguration is for the policy type TargetTrackingScaling.');
  if (!dimension.takesSteps)
    throw validation(`Policy type StepScaling is not supported for scalable dimension ${dimension.ScalableDimension}`);
  const StepScalingPolicyConfiguration = input.StepScalingPolicyConfiguration;
  if (!StepScalingPolicyConfiguration)
    throw validation('StepScalingPolicyConfiguration must be specified for the policy type StepScaling.');
  checkSteps(StepScalingPolicyConfiguration);
  return { PolicyType, StepScalingPolicyConfiguration };
}

function checkSteps({ AdjustmentType, MinAdjustmentMagnitude, StepAdjustments }: StepScalingPolicyConfiguration): void {
  if (!['ChangeInCapacity', 'PercentChangeInCapacity', 'ExactCapacity'].includes(AdjustmentType ?? ''))
    throw validation('AdjustmentType must be ChangeInCapacity, PercentChangeInCapacity or ExactCapacity.');
  if (MinAdjustmentMagnitude !== undefined && AdjustmentType !== 'PercentChangeInCapacity')
    throw validation('MinAdjustmentMagnitude is supported for AdjustmentType PercentChangeInCapacity alone.');
  const steps = stepsFor(StepAdjustments);
  if (steps.length === 0) throw validation('At least one StepAdjustment must be specified.');
  if (!stepsInOrder(steps)) throw validation("StepAdjustment intervals can't overlap or have a gap between them.");
}

/** Without members that are not there. */
export function stepsFor(given: readonly GivenStep[] | undefined) {
  return (given ?? []).map(
    ({ MetricIntervalLowerBound: lower, MetricIntervalUpperBound: upper, ScalingAdjustment = 0 }) => ({
      ...(lower === undefined ? {} : { MetricIntervalLowerBound: lower }),
      ...(upper === undefined ? {} : { MetricIntervalUpperBound: upper }),
      ScalingAdjustment,
    }),
  );
}

function tracking(dimension: ScalableDimension, ResourceId: string, input: PutScalingPolicyCommandInput): Settings {
  const { TargetTrackingScalingPolicyConfiguration: given } = input;
  if (input.StepScalingPolicyConfiguration)
    throw validation('StepScalingPolicyConfiguration is for the policy type StepScaling.');
  if (!given)
    throw validation(
      'TargetTrackingScalingPolicyConfiguration must be specified for the policy type TargetTrackingScaling.',
    );
  const {
    PredefinedMetricSpecification: predefined,
    CustomizedMetricSpecification: customized,
    TargetValue = 0,
  } = given;
  if ((predefined === undefined) === (customized === undefined))
    throw validation(
      'Exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification must be specified.',
    );
  if (TargetValue <= 0) throw validation('TargetValue must be greater than 0.');
  const { measures } = trackedBy(dimension, ResourceId, given);
  // "Managing throughput capacity automatically with DynamoDB auto scaling": between 20 and 90 percent.
  if (measures === 'consumed units' && (TargetValue < 20 || TargetValue > 90))
    throw validation('Target utilization must be between 20 and 90 percent.');
  return { PolicyType: 'TargetTrackingScaling', TargetTrackingScalingPolicyConfiguration: given };
}

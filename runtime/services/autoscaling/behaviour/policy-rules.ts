import type { StepAdjustment as GivenStep, PutScalingPolicyCommandInput } from '@aws-sdk/client-auto-scaling';
import { type StepAdjustment, stepsInOrder } from '../../../engines/scaling/capacity-rules.ts';
import { refused } from '../../../kernel/errors.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';
import { validationError } from '../errors.ts';
import type { Policy } from '../state.ts';

export const AdjustmentTypes = ['ChangeInCapacity', 'ExactCapacity', 'PercentChangeInCapacity'] as const;

type Settings = Omit<Policy, 'AutoScalingGroupName' | 'PolicyName' | 'PolicyARN' | 'alarmNames' | 'Enabled'>;

/** "PutScalingPolicy" (API Reference): each type has its own parameters, and takes no other's. */
export function policySettings(input: PutScalingPolicyCommandInput): Settings {
  const PolicyType = (input.PolicyType ?? 'SimpleScaling') as keyof typeof own;
  const mine = own[PolicyType];
  if (PolicyType === ('PredictiveScaling' as string))
    throw refused('autoscaling PutScalingPolicy PolicyType PredictiveScaling', 'nothing forecasts load here.');
  if (!mine) throw validationError(`PolicyType ${PolicyType} is not valid.`);
  for (const name of Object.values(own).flat())
    if (input[name] !== undefined && !mine.includes(name) && !emptyList(input[name]))
      throw validationError(`${name} is not supported for policy type ${PolicyType}.`);
  if (PolicyType === 'TargetTrackingScaling') return { PolicyType, ...warmupOf(input), ...trackingOf(input) };
  const adjustment = adjustmentOf(input);
  if (PolicyType === 'StepScaling')
    return {
      PolicyType,
      ...adjustment,
      ...warmupOf(input),
      StepAdjustments: stepsOf(input.StepAdjustments ?? []),
      MetricAggregationType: input.MetricAggregationType ?? 'Average',
    };
  if (input.ScalingAdjustment === undefined)
    throw validationError('ScalingAdjustment must be specified for policy type SimpleScaling.');
  return {
    PolicyType,
    ...adjustment,
    ScalingAdjustment: input.ScalingAdjustment,
    ...(input.Cooldown === undefined ? {} : { Cooldown: input.Cooldown }),
  };
}

const emptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

type Parameter = keyof PutScalingPolicyCommandInput;
const own: Record<Policy['PolicyType'], Parameter[]> = lookupTable({
  SimpleScaling: ['AdjustmentType', 'MinAdjustmentMagnitude', 'MinAdjustmentStep', 'ScalingAdjustment', 'Cooldown'],
  StepScaling: [
    'AdjustmentType',
    'MinAdjustmentMagnitude',
    'StepAdjustments',
    'MetricAggregationType',
    'EstimatedInstanceWarmup',
  ],
  TargetTrackingScaling: ['TargetTrackingConfiguration', 'EstimatedInstanceWarmup'],
});

function warmupOf({ EstimatedInstanceWarmup: seconds }: PutScalingPolicyCommandInput) {
  return seconds === undefined ? {} : { EstimatedInstanceWarmup: seconds };
}

function adjustmentOf(input: PutScalingPolicyCommandInput) {
  const type = AdjustmentTypes.find((name) => name === input.AdjustmentType);
  if (!type) throw validationError(`AdjustmentType must be one of: ${AdjustmentTypes.join(', ')}`);
  const least = input.MinAdjustmentMagnitude ?? input.MinAdjustmentStep;
  if (least !== undefined && type !== 'PercentChangeInCapacity')
    throw validationError('MinAdjustmentMagnitude is supported for AdjustmentType PercentChangeInCapacity alone.');
  return { AdjustmentType: type, ...(least === undefined ? {} : { MinAdjustmentMagnitude: least }) };
}

function stepsOf(given: readonly GivenStep[]): StepAdjustment[] {
  if (given.length === 0)
    throw validationError('At least one StepAdjustment must be specified for policy type StepScaling.');
  const steps = given.map(({ MetricIntervalLowerBound: lower, MetricIntervalUpperBound: upper, ScalingAdjustment }) => {
    if (ScalingAdjustment === undefined) throw validationError('Each StepAdjustment needs a ScalingAdjustment.');
    if (lower !== undefined && upper !== undefined && lower >= upper)
      throw validationError('The lower bound of a StepAdjustment must be less than its upper bound.');
    return {
      ...(lower === undefined ? {} : { MetricIntervalLowerBound: lower }),
      ...(upper === undefined ? {} : { MetricIntervalUpperBound: upper }),
      ScalingAdjustment,
    };
  });
  if (!stepsInOrder(steps)) throw validationError("StepAdjustment intervals can't overlap or have a gap between them.");
  return steps;
}

function trackingOf({ TargetTrackingConfiguration }: PutScalingPolicyCommandInput) {
  const given = TargetTrackingConfiguration;
  if (!given)
    throw validationError('TargetTrackingConfiguration must be specified for policy type TargetTrackingScaling.');
  if (!given.TargetValue || given.TargetValue <= 0) throw validationError('TargetValue must be greater than 0.');
  const { PredefinedMetricSpecification: predefined, CustomizedMetricSpecification: customized } = given;
  if ((predefined === undefined) === (customized === undefined))
    throw validationError(
      'Exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification must be specified.',
    );
  return { TargetTrackingConfiguration: given };
}

import type {
  DescribeStackDriftDetectionStatusCommandInput,
  DescribeStackDriftDetectionStatusOutput,
  DescribeStackResourceDriftsCommandInput,
  DescribeStackResourceDriftsOutput,
  DetectStackDriftCommandInput,
  DetectStackResourceDriftCommandInput,
} from '@aws-sdk/client-cloudformation';
import { stackStore } from '../../../engines/cloudformation/stacks/stack-store.ts';
import type { Context } from '../../../kernel/service.ts';
import { describeDrift, detectDrift } from '../behaviour/detect-drift.ts';
import { findStack } from '../behaviour/find-stack.ts';
import { page } from '../behaviour/pages.ts';
import { validationError } from '../errors.ts';

interface Detection {
  StackId: string;
  timeMs: number;
  drifted: number;
}

const detections = (ctx: Context) => ctx.collection<Detection>('cloudformation.drift-detections');

export async function DetectStackDrift(ctx: Context, input: DetectStackDriftCommandInput) {
  const stack = findStack(ctx, input.StackName);
  const store = ctx.engine(stackStore);
  const wanted = input.LogicalResourceIds;
  let drifted = 0;
  for (const record of [...store.resources(stack.StackId).values()]) {
    if (wanted && wanted.length > 0 && !wanted.includes(record.LogicalResourceId)) continue;
    const drift = await detectDrift(ctx, stack, record);
    if (drift?.status === 'MODIFIED' || drift?.status === 'DELETED') drifted += 1;
  }
  const checkedMs = ctx.clock.now();
  store.put({ ...findStack(ctx, stack.StackId), drift: { status: drifted > 0 ? 'DRIFTED' : 'IN_SYNC', checkedMs } });
  const StackDriftDetectionId = ctx.ids.uuid();
  detections(ctx).put(StackDriftDetectionId, { StackId: stack.StackId, timeMs: checkedMs, drifted });
  return { StackDriftDetectionId };
}

export function DescribeStackDriftDetectionStatus(
  ctx: Context,
  input: DescribeStackDriftDetectionStatusCommandInput,
): DescribeStackDriftDetectionStatusOutput {
  const detection = detections(ctx).get(input.StackDriftDetectionId ?? '');
  if (!detection) throw validationError(`Drift detection ${input.StackDriftDetectionId} does not exist`);
  return {
    StackId: detection.StackId,
    StackDriftDetectionId: input.StackDriftDetectionId,
    StackDriftStatus: detection.drifted > 0 ? 'DRIFTED' : 'IN_SYNC',
    DetectionStatus: 'DETECTION_COMPLETE',
    DriftedStackResourceCount: detection.drifted,
    Timestamp: new Date(detection.timeMs),
  };
}

export async function DetectStackResourceDrift(ctx: Context, input: DetectStackResourceDriftCommandInput) {
  const stack = findStack(ctx, input.StackName);
  const record = ctx
    .engine(stackStore)
    .resources(stack.StackId)
    .get(input.LogicalResourceId ?? '');
  if (!record) throw validationError(`Resource ${input.LogicalResourceId} does not exist for stack ${stack.StackName}`);
  const drift = await detectDrift(ctx, stack, record);
  if (!drift) throw validationError(`Resource type ${record.ResourceType} does not support drift detection`);
  return { StackResourceDrift: describeDrift(stack, { ...record, drift }) };
}

export function DescribeStackResourceDrifts(
  ctx: Context,
  input: DescribeStackResourceDriftsCommandInput,
): DescribeStackResourceDriftsOutput {
  const stack = findStack(ctx, input.StackName);
  const wanted = input.StackResourceDriftStatusFilters;
  const drifts = [...ctx.engine(stackStore).resources(stack.StackId).values()]
    .filter(({ drift }) => drift !== undefined)
    .map((record) => describeDrift(stack, record))
    .filter(
      ({ StackResourceDriftStatus: status }) =>
        !wanted || wanted.length === 0 || (status !== undefined && wanted.includes(status)),
    );
  const { items, NextToken } = page(drifts, input.NextToken, input.MaxResults ?? 100);
  return { StackResourceDrifts: items, NextToken };
}

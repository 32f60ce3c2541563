import type { CloudFormationCustomResourceEvent } from 'aws-lambda';

export type Outcome =
  | { readonly status: 'SUCCESS'; readonly data: Record<string, number> }
  | { readonly status: 'FAILED'; readonly reason: string };

/**
 * Tells CloudFormation the outcome. The body goes as bytes so that `fetch` sends no Content-Type: the presigned
 * address was signed without one.
 */
export async function answer(
  event: CloudFormationCustomResourceEvent,
  outcome: Outcome & { readonly physicalResourceId: string; readonly logStream: string },
): Promise<void> {
  const { StackId, RequestId, LogicalResourceId } = event;
  const body = JSON.stringify({
    Status: outcome.status,
    Reason: outcome.status === 'FAILED' ? `${outcome.reason} (log stream ${outcome.logStream})` : undefined,
    // A delete must name the resource it was asked to delete.
    PhysicalResourceId: event.RequestType === 'Delete' ? event.PhysicalResourceId : outcome.physicalResourceId,
    StackId,
    RequestId,
    LogicalResourceId,
    Data: outcome.status === 'SUCCESS' ? outcome.data : undefined,
  });
  const response = await fetch(event.ResponseURL, { method: 'PUT', body: new TextEncoder().encode(body) });
  if (!response.ok) throw new Error(`CloudFormation's response address answered ${response.status}`);
}

import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';

export interface Request {
  /** Names what was made; another name on an update makes CloudFormation delete the former. */
  readonly physicalResourceId: string;
  /** Does what was asked; its result becomes the resource's attributes. */
  readonly work: () => Promise<Record<string, number>>;
}

type Outcome = { Status: 'SUCCESS'; Data: Record<string, number> } | { Status: 'FAILED'; Reason: string };

/** Leaves time to report a failure before Lambda ends the function and CloudFormation waits in vain. */
const reserveMs = 5000;

/**
 * Does the work of a custom resource and tells CloudFormation the outcome, a failure too ("Custom resource request
 * and response reference"). Throws only when CloudFormation cannot be told.
 */
export async function answered(
  event: CloudFormationCustomResourceEvent,
  context: Pick<Context, 'getRemainingTimeInMillis' | 'logStreamName'>,
  { physicalResourceId, work }: Request,
): Promise<void> {
  const outcome = await Promise.race([attempt(work), expiry(context.getRemainingTimeInMillis() - reserveMs)]);
  console.log(JSON.stringify({ RequestType: event.RequestType, ...outcome }));
  if (outcome.Status === 'FAILED') outcome.Reason += ` (log stream ${context.logStreamName})`;
  const { StackId, RequestId, LogicalResourceId } = event;
  // The answer to a delete must name the resource that was to be deleted.
  const PhysicalResourceId = event.RequestType === 'Delete' ? event.PhysicalResourceId : physicalResourceId;
  await put(event.ResponseURL, { ...outcome, StackId, RequestId, LogicalResourceId, PhysicalResourceId });
}

async function attempt(work: Request['work']): Promise<Outcome> {
  try {
    return { Status: 'SUCCESS', Data: await work() };
  } catch (error) {
    return { Status: 'FAILED', Reason: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}

function expiry(delayMs: number): Promise<Outcome> {
  const Reason = 'The work was not done before the function had to end';
  return new Promise((resolve) => setTimeout(resolve, delayMs, { Status: 'FAILED', Reason }).unref());
}

/** The body goes as bytes so that `fetch` sends no Content-Type: the presigned address was signed without one. */
async function put(address: string, answer: object): Promise<void> {
  const response = await fetch(address, { method: 'PUT', body: new TextEncoder().encode(JSON.stringify(answer)) });
  if (!response.ok) throw new Error(`CloudFormation's response address answered ${response.status}`);
}

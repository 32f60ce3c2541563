import { call, useLoaded } from '../api.ts';
import { timeOfDay, typeName, words } from '../format.ts';
import { Link } from '../link.tsx';
import type { StackEvent } from '../live.ts';
import { hrefOf } from '../router.ts';
import type { Stack } from './stack.ts';

type PageEvent = Omit<StackEvent, 'timeMs'> & { Timestamp: string; ResourceProperties?: string };

/** A refusal, and what it came from in the stack below. */
interface Reason {
  event: PageEvent;
  because: Reason[];
}

interface Failure {
  reasons: Reason[];
  /** Resources that were given up on account of those. */
  givenUp: string[];
}

const deepest = 5;
/** Of a hundred events each. */
const mostPages = 20;
const reasonsShown = 4;
const givenUpShown = 8;

/**
 * The first refusals of the last deployment, down through nested stacks: what came after them was only given up on their
 * account.
 */
export function FailureReasons({ stack }: { stack: Stack }) {
  const failed = /FAILED|ROLLBACK/.test(stack.StackStatus);
  const failure = useLoaded(`${stack.StackId} ${stack.StackStatus}`, async () =>
    failed ? failureOf(stack.StackId, stack.region, deepest) : { reasons: [], givenUp: [] },
  );
  const { reasons = [], givenUp = [] } = failure.value ?? {};
  if (!failed || reasons.length === 0) return null;
  return (
    <section className="card card-bad" aria-label="Why it failed">
      <h2>Why it failed</h2>
      <p>
        <strong>{stack.StackName}</strong>: {words(stack.StackStatus)}, because
      </p>
      <Reasons reasons={reasons} />
      {givenUp.length > 0 && (
        <p className="small">
          Given up on their account: {givenUp.slice(0, givenUpShown).join(', ')}
          {givenUp.length > givenUpShown && ` and ${givenUp.length - givenUpShown} more`}.
        </p>
      )}
    </section>
  );
}

function Reasons({ reasons }: { reasons: Reason[] }) {
  return (
    <ul className="reasons">
      {reasons.map(({ event, because }) => {
        const group = logGroupOf(event);
        return (
          <li key={event.EventId}>
            <strong>{event.LogicalResourceId}</strong> <span className="dim">{typeName(event.ResourceType)}</span>
            <time className="dim">{timeOfDay(Date.parse(event.Timestamp))}</time>
            <p>{event.ResourceStatusReason}</p>
            {group && (
              <p>
                <Link href={hrefOf('logs', [], { group })}>What its function said</Link>
              </p>
            )}
            {because.length > 0 && (
              <>
                <p className="dim small">because in {because[0]?.event.StackName}</p>
                <Reasons reasons={because} />
              </>
            )}
          </li>
        );
      })}
    </ul>
  );
}

async function failureOf(stackId: string, region: string, depth: number): Promise<Failure> {
  const failures = (await lastFailing(stackId, region)).filter(
    ({ ResourceStatus, PhysicalResourceId }) => /FAILED$/.test(ResourceStatus) && PhysicalResourceId !== stackId,
  );
  const causes = failures.filter((event) => !isGivenUp(event)).slice(0, reasonsShown);
  const reasons = await Promise.all(
    causes.map(async (event): Promise<Reason> => {
      const below = nestedStack(event, stackId);
      const known = below !== undefined && depth > 0;
      return { event, because: known ? (await failureOf(below, region, depth - 1)).reasons : [] };
    }),
  );
  return { reasons, givenUp: failures.filter(isGivenUp).map(({ LogicalResourceId }) => LogicalResourceId) };
}

/** Of the last deployment in which something failed, from the stack's own beginning of it; a nested stack is deleted after it. */
async function lastFailing(stackId: string, region: string): Promise<PageEvent[]> {
  const events: PageEvent[] = [];
  let NextToken: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const answer = await call<{ StackEvents?: PageEvent[]; NextToken?: string }>(
      'cloudformation',
      'DescribeStackEvents',
      { StackName: stackId, ...(NextToken === undefined ? {} : { NextToken }) },
      region,
    );
    for (const event of answer.StackEvents ?? []) {
      events.push(event);
      if (!begins(event, stackId)) continue;
      if (events.some(({ ResourceStatus }) => /FAILED$/.test(ResourceStatus))) return events.reverse();
      events.length = 0;
    }
    NextToken = answer.NextToken;
    if (NextToken === undefined) break;
  }
  return events.reverse();
}

function begins({ ResourceStatus, PhysicalResourceId }: PageEvent, stackId: string): boolean {
  return PhysicalResourceId === stackId && /^(CREATE|UPDATE|IMPORT|DELETE)_IN_PROGRESS$/.test(ResourceStatus);
}

function isGivenUp({ ResourceStatusReason = '' }: PageEvent): boolean {
  return /cancelled/i.test(ResourceStatusReason) || ResourceStatusReason === '';
}

/** Its ARN is in the reason too, where the resource was not made. */
function nestedStack(event: PageEvent, stackId: string): string | undefined {
  const { ResourceType, PhysicalResourceId = '', ResourceStatusReason = '' } = event;
  if (ResourceType !== 'AWS::CloudFormation::Stack') return undefined;
  const [arn] = /arn:aws:cloudformation:[^\s"']+/.exec(`${PhysicalResourceId} ${ResourceStatusReason}`) ?? [];
  return arn === stackId ? undefined : arn;
}

/** Of a custom resource, the function that answers for it. */
function logGroupOf({ ResourceType, ResourceProperties = '{}' }: PageEvent): string | undefined {
  if (!/^Custom::|CustomResource$/.test(ResourceType)) return undefined;
  const [, name] = /"ServiceToken":"arn:aws:lambda:[^:]*:[^:]*:function:([\w-]+)/.exec(ResourceProperties) ?? [];
  return name === undefined ? undefined : `/aws/lambda/${name}`;
}

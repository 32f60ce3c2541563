import { call, get, useLoaded } from '../api.ts';
import { ChangeSets } from '../deployments/change-sets.tsx';
import { DriftSection } from '../deployments/drift.tsx';
import { FailureReasons } from '../deployments/failure-reasons.tsx';
import { Outputs, type StackOutputs } from '../deployments/outputs.tsx';
import { type Fidelities, Resources } from '../deployments/resources.tsx';
import type { Stack, StackResource } from '../deployments/stack.ts';
import { StackEvents } from '../deployments/stack-events.tsx';
import { StackList } from '../deployments/stack-list.tsx';
import { Empty, Problem } from '../empty.tsx';
import { dateAndTime } from '../format.ts';
import { useNews, useSettled } from '../live.ts';
import type { Place } from '../router.ts';
import { StackStatus } from '../status.tsx';

/** Stacks: what was deployed, what became of it, and why something failed. */
export function Deployments({ place }: { place: Place }) {
  const stacks = useLoaded('stacks', listStacks);
  const refresh = useSettled(400, stacks.again);
  useNews('stack', refresh);
  useNews('change-set', refresh);
  useNews('reset', refresh);
  const wanted = place.rest[0];
  if (stacks.error) return <Problem error={stacks.error} />;
  if (!stacks.value) return <Empty>Looking …</Empty>;
  if (stacks.value.length === 0)
    return (
      <Empty title="Nothing is deployed yet">
        <code>npm run orrery -- up serverless-orders</code> deploys the restaurant; <code>up ./my-cdk-app</code> deploys
        yours. What happens is shown here live.
      </Empty>
    );
  const stack = stacks.value.find(({ StackName }) => StackName === wanted) ?? stacks.value[0];
  return (
    <div className="split">
      <StackList stacks={stacks.value} selected={stack?.StackId} />
      {stack && <StackView key={stack.StackId} stack={stack} />}
    </div>
  );
}

/** The toolkit's own stack comes last: nobody deployed it on purpose. */
async function listStacks(): Promise<Stack[]> {
  const { services } = await get<{ services: string[] }>('status');
  if (!services.includes('cloudformation')) return [];
  const { regions } = await get<{ regions: string[] }>('regions');
  const found = await Promise.all(
    regions.map(async (region) => {
      const { Stacks = [] } = await call<{ Stacks?: Stack[] }>('cloudformation', 'DescribeStacks', {}, region);
      return Stacks.map((stack) => ({ ...stack, region }));
    }),
  );
  return found
    .flat()
    .sort(
      (a, b) =>
        Number(a.StackName === 'CDKToolkit') - Number(b.StackName === 'CDKToolkit') ||
        (a.StackName < b.StackName ? -1 : 1),
    );
}

function StackView({ stack }: { stack: Stack }) {
  const { StackName, StackStatus: status, region } = stack;
  const resources = useLoaded(`resources ${StackName}`, () =>
    call<{ StackResources?: StackResource[] }>('cloudformation', 'DescribeStackResources', { StackName }, region),
  );
  const outputs = useLoaded(`outputs ${StackName} ${status}`, () => get<StackOutputs>('outputs'));
  const fidelity = useLoaded(`fidelity ${StackName} ${status}`, () => get<Fidelities>('fidelity'));
  const refresh = useSettled(400, resources.again);
  useNews('stack', (event) => event.StackName === StackName && refresh());
  useNews('reset', refresh);
  return (
    <div className="detail">
      <header className="detail-head">
        <div>
          <h1>{StackName}</h1>
          <p className="dim">
            {region} · {stack.LastUpdatedTime ? 'updated' : 'created'}{' '}
            {dateAndTime(Date.parse(stack.LastUpdatedTime ?? stack.CreationTime))}
            {stack.Description ? ` · ${stack.Description}` : ''}
          </p>
        </div>
        <StackStatus status={status} />
      </header>
      <FailureReasons stack={stack} />
      <ChangeSets stack={stack} />
      <Outputs outputs={outputs.value?.[StackName] ?? {}} descriptions={stack.Outputs ?? []} />
      <Resources
        resources={resources.value?.StackResources ?? []}
        fidelities={fidelity.value?.[StackName]?.resources ?? []}
      />
      <DriftSection stack={stack} resources={resources.value?.StackResources ?? []} />
      <StackEvents stack={stack} />
    </div>
  );
}

import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { get, post, useLoaded } from '../api.ts';
import { Confirm } from '../confirm.tsx';
import { ActionChoice } from './action-choice.tsx';
import { type Aim, aimedAt, noAim, orderOf } from './aim.ts';
import { type Choice, choiceGroups } from './choices.ts';
import type { FaultActions, FaultTarget, ShownFault } from './fault.ts';
import { ParameterFields } from './parameter-fields.tsx';
import { durationWords, firstValues, givenOf, isLasting } from './parameters.ts';
import { TargetChoice } from './target-choice.tsx';

/** Break something: what, on what, how; beside it what else the page shows. */
export function FaultForm({
  about,
  regions,
  onStarted,
  children,
}: {
  about: FaultActions;
  regions: string[];
  onStarted: (fault: ShownFault) => void;
  children: ReactNode;
}) {
  const [choice, choose] = useState<Choice | undefined>(undefined);
  // A finger has chosen, not an arrow key that goes on through the list: what comes next is below it.
  useEffect(() => {
    if (choice && window.matchMedia('(pointer: coarse)').matches)
      document.getElementById('fault-details')?.scrollIntoView();
  }, [choice]);
  const started = (fault: ShownFault): void => {
    choose(undefined);
    onStarted(fault);
  };
  return (
    <div className="fault-columns">
      <section className="card" aria-label="Break something">
        <h2>Break something</h2>
        <ActionChoice groups={choiceGroups(about.actions)} chosen={choice} onChoose={choose} />
      </section>
      <div className="fault-side">
        {choice ? (
          <FaultDetails key={choice.id} {...{ choice, services: about.services, regions }} onStarted={started} />
        ) : (
          <p className="fault-none dim">Choose what happens; on what, how and for how long come next.</p>
        )}
        {children}
      </div>
    </div>
  );
}

interface Details {
  choice: Choice;
  services: string[];
  regions: string[];
  onStarted: (fault: ShownFault) => void;
}

function FaultDetails({ choice, services, regions, onStarted }: Details) {
  const { action } = choice;
  const [region, setRegion] = useState(regions[0] ?? '');
  const [aim, setAim] = useState<Aim>({ ...noAim, by: choice.aim ?? 'names' });
  const [given, setGiven] = useState(() => firstValues(action, choice.parameters));
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState('');
  const type = Object.values(action.targets)[0]?.resourceType;
  const found = useLoaded(`${type} ${region}`, async () =>
    type === undefined
      ? { targets: [], left: 0 }
      : get<{ targets: FaultTarget[]; left: number }>(`fault-targets?${new URLSearchParams({ type, region })}`),
  );
  const struck = aimedAt(aim, found.value?.targets ?? []);
  const complete =
    (type === undefined || struck.length > 0) &&
    Object.entries(action.parameters).every(([name, { required }]) => !required || given[name]);
  const start = async (): Promise<void> => {
    setAsking(false);
    setBusy(true);
    setRefusal('');
    try {
      const order = { action: action.id, ...orderOf(aim), parameters: givenOf(given), region };
      onStarted(await post<ShownFault>('faults', order));
    } catch (error) {
      setRefusal((error as Error).message);
      setBusy(false);
    }
  };
  return (
    <form
      id="fault-details"
      className="card fault-details"
      aria-label={choice.title}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        setAsking(true);
      }}
    >
      <header>
        <h3>{choice.title}</h3>
        <p className="dim">{choice.about}</p>
      </header>
      {regions.length > 1 && <RegionChoice regions={regions} region={region} onChange={setRegion} />}
      {type !== undefined && found.value && (
        <TargetChoice targets={found.value.targets} left={found.value.left} aim={aim} onAim={setAim} />
      )}
      <ParameterFields action={action} services={services} given={given} onChange={setGiven} />
      {(refusal || found.error) && (
        <p className="refusal" role="alert">
          {refusal || found.error?.message}
        </p>
      )}
      <p className="fault-go">
        <button type="submit" className="primary danger" disabled={!complete || busy}>
          {busy ? 'Breaking …' : 'Break it …'}
        </button>
        <span className="dim small">
          {type === undefined
            ? ''
            : struck.length === 0
              ? 'Nothing is chosen yet.'
              : `Strikes ${counted(aim, struck)}.`}
        </span>
      </p>
      {asking && (
        <Confirm title={`${choice.title}?`} verb="Break it" onYes={() => void start()} onNo={() => setAsking(false)}>
          <Consequences choice={choice} aim={aim} struck={struck} given={given} />
        </Confirm>
      )}
    </form>
  );
}

function RegionChoice({
  regions,
  region,
  onChange,
}: {
  regions: string[];
  region: string;
  onChange: (region: string) => void;
}) {
  return (
    <label className="field">
      <span>Region</span>
      <select value={region} onChange={(event) => onChange(event.target.value)}>
        {regions.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
    </label>
  );
}

/** In words, before it is done. */
function Consequences({
  choice: { action, about },
  aim,
  struck,
  given,
}: {
  choice: Choice;
  aim: Aim;
  struck: FaultTarget[];
  given: Record<string, string>;
}) {
  const lasts = Object.keys(action.parameters).find(isLasting);
  const names = struck.slice(0, 6).map(({ name }) => name);
  const others = Object.entries(givenOf(given)).filter(([name]) => !isLasting(name));
  const how =
    lasts === undefined
      ? 'It is done at once, and is not taken back.'
      : given[lasts]
        ? `It ends after ${durationWords(given[lasts])} of the cloud’s time, or when you heal it.`
        : 'It does not end by itself.';
  return (
    <>
      <p>{about}</p>
      {struck.length > 0 && (
        <p>
          It strikes <strong>{counted(aim, struck)}</strong>: {names.join(', ')}
          {struck.length > names.length && ` and ${struck.length - names.length} more`}.
        </p>
      )}
      {others.length > 0 && (
        <p>
          With{' '}
          {others.map(([name, value], index) => (
            <span key={name}>
              {index > 0 && ', '}
              <code>
                {name}={value}
              </code>
            </span>
          ))}
          .
        </p>
      )}
      <p>{how}</p>
    </>
  );
}

function counted({ by, zone, tag, count }: Aim, struck: FaultTarget[]): string {
  const many = by !== 'names' && count !== '' ? `${count} of ${struck.length}` : String(struck.length);
  return by === 'zone' ? `${many} in ${zone}` : by === 'tag' ? `${many} with ${tag}` : many;
}

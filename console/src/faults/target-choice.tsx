import { useId, useState } from 'react';
import { type Aim, aimedAt, mostNames, tagsIn, zonesIn } from './aim.ts';
import type { FaultTarget } from './fault.ts';

const listed = 60;
const ways = { names: 'Chosen ones', zone: 'All in a zone', tag: 'All with a tag' } as const;

/** On what: named ones, a zone, or a tag, and how many of those. */
export function TargetChoice({
  targets,
  left,
  aim,
  onAim,
}: {
  targets: FaultTarget[];
  left: number;
  aim: Aim;
  onAim: (aim: Aim) => void;
}) {
  const zones = zonesIn(targets);
  const tags = tagsIn(targets);
  const possible = (Object.keys(ways) as Aim['by'][]).filter(
    (way) => way === 'names' || (way === 'zone' ? zones.length > 0 : tags.length > 0),
  );
  return (
    <fieldset className="fault-step">
      <legend>On what</legend>
      {targets.length === 0 ? (
        <p className="dim">Nothing of this kind is there to be struck.</p>
      ) : (
        <>
          <div className="segments">
            {possible.map((way) => (
              <label key={way}>
                <input type="radio" name="aim" checked={aim.by === way} onChange={() => onAim({ ...aim, by: way })} />
                <span>{ways[way]}</span>
              </label>
            ))}
          </div>
          {aim.by === 'names' && <Names targets={targets} aim={aim} onAim={onAim} />}
          {aim.by === 'zone' && (
            <OneOf label="Zone" value={aim.zone} all={zones} onChange={(zone) => onAim({ ...aim, zone })} />
          )}
          {aim.by === 'tag' && (
            <OneOf label="Tag" value={aim.tag} all={tags} onChange={(tag) => onAim({ ...aim, tag })} />
          )}
          {aim.by !== 'names' && <Count aim={aim} among={aimedAt(aim, targets).length} onAim={onAim} />}
        </>
      )}
      {left > 0 && <p className="dim small">{left} more are there than can be listed.</p>}
    </fieldset>
  );
}

function Names({ targets, aim, onAim }: { targets: FaultTarget[]; aim: Aim; onAim: (aim: Aim) => void }) {
  const [filter, setFilter] = useState('');
  const wanted = filter.toLowerCase();
  const found = targets.filter(({ name, arn, zone, logicalId, stack }) =>
    `${name} ${arn} ${zone} ${logicalId} ${stack}`.toLowerCase().includes(wanted),
  );
  const full = aim.arns.length >= mostNames;
  const toggle = (arn: string): void =>
    onAim({
      ...aim,
      arns: aim.arns.includes(arn) ? aim.arns.filter((one) => one !== arn) : [...aim.arns, arn],
    });
  return (
    <>
      {targets.length > 8 && (
        <input
          type="search"
          placeholder="Filter by name, zone or stack"
          aria-label="Filter targets"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
      )}
      <ul className="targets" aria-label="Targets">
        {found.slice(0, listed).map(({ arn, name, zone, stack, logicalId, state }) => (
          <li key={arn}>
            <label>
              <input
                type="checkbox"
                checked={aim.arns.includes(arn)}
                disabled={full && !aim.arns.includes(arn)}
                onChange={() => toggle(arn)}
              />
              <span className="target-text">
                <strong>{name}</strong>
                <span>
                  {[logicalId && `${logicalId} in ${stack}`, arn.endsWith(name) ? '' : idIn(arn), zone, state]
                    .filter(Boolean)
                    .join(' · ')}
                </span>
              </span>
            </label>
          </li>
        ))}
      </ul>
      {found.length > listed && <p className="dim small">{found.length - listed} more are not shown: filter them.</p>}
      {full && <p className="dim small">An experiment names at most {mostNames}; choose a zone or a tag for more.</p>}
    </>
  );
}

function OneOf({
  label,
  value,
  all,
  onChange,
}: {
  label: string;
  value: string;
  all: string[];
  onChange: (value: string) => void;
}) {
  return (
    <label className="field">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">Choose …</option>
        {all.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
    </label>
  );
}

function Count({ aim, among, onAim }: { aim: Aim; among: number; onAim: (aim: Aim) => void }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>How many</label>
      <input
        id={id}
        type="number"
        min={1}
        max={Math.max(1, among)}
        placeholder={`all ${among}`}
        aria-describedby={`${id}-hint`}
        value={aim.count}
        onChange={(event) => onAim({ ...aim, count: event.target.value })}
      />
      <span className="hint" id={`${id}-hint`}>
        Left empty: all of them. Otherwise so many, at random.
      </span>
    </div>
  );
}

function idIn(arn: string): string {
  return arn.split(/[/:]/).at(-1) ?? '';
}

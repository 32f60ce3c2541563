import { useId } from 'react';
import type { Action } from './fault.ts';
import { durationParts, isLasting, isNumber, parameterName, values } from './parameters.ts';

interface Field {
  name: string;
  description: string;
  required: boolean;
  value: string;
  onChange: (value: string) => void;
}

/** How: a field for each parameter that FIS says the action has. */
export function ParameterFields({
  action,
  services,
  given,
  onChange,
}: {
  action: Action;
  services: string[];
  given: Record<string, string>;
  onChange: (given: Record<string, string>) => void;
}) {
  const fields = Object.entries(action.parameters);
  if (fields.length === 0) return null;
  return (
    <fieldset className="fault-step">
      <legend>How</legend>
      {fields.map(([name, { description, required }]) => {
        const field = {
          name,
          description,
          required,
          value: given[name] ?? '',
          onChange: (value: string) => onChange({ ...given, [name]: value }),
        };
        return isLasting(name) ? (
          <Lasting key={name} {...field} />
        ) : (
          <Value key={name} {...field} among={name === 'service' ? services : values[name]} />
        );
      })}
    </fieldset>
  );
}

function Value({ name, description, required, value, onChange, among }: Field & { among: string[] | undefined }) {
  const id = useId();
  const shared = { id, value, 'aria-describedby': `${id}-hint` };
  return (
    <div className="field">
      <label htmlFor={id}>
        {parameterName(name)}
        {!required && <span className="dim"> (optional)</span>}
      </label>
      {among ? (
        <select {...shared} onChange={(event) => onChange(event.target.value)}>
          {!among.includes(value) && <option value="">{required ? 'Choose …' : 'as usual'}</option>}
          {among.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      ) : (
        <input
          {...shared}
          type={isNumber(name) ? 'number' : 'text'}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
      <span className="hint" id={`${id}-hint`}>
        {description}
      </span>
    </div>
  );
}

function Lasting({ name, description, required, value, onChange }: Field) {
  const { amount, unit } = durationParts(value);
  const forGood = value === '';
  return (
    <div className="field">
      <span id={`${name}-label`}>{required ? 'For' : 'Ends after'}</span>
      <span className="duration">
        <input
          type="number"
          min={1}
          aria-labelledby={`${name}-label`}
          disabled={forGood}
          value={forGood ? '' : amount}
          onChange={(event) => onChange(`PT${event.target.value || '1'}${unit}`)}
        />
        <select
          aria-label="Unit of time"
          value={forGood ? '' : unit}
          onChange={(event) => onChange(event.target.value === '' ? '' : `PT${amount}${event.target.value}`)}
        >
          <option value="S">seconds</option>
          <option value="M">minutes</option>
          <option value="H">hours</option>
          {!required && <option value="">never</option>}
        </select>
      </span>
      <span className="hint">By the cloud’s clock. {description.replace(', in ISO 8601', '')}</span>
    </div>
  );
}

import type { Choice, ChoiceGroup } from './choices.ts';

/** Everything that can be broken, as one group of radio buttons. */
export function ActionChoice({
  groups,
  chosen,
  onChoose,
}: {
  groups: ChoiceGroup[];
  chosen: Choice | undefined;
  onChoose: (choice: Choice) => void;
}) {
  return (
    <fieldset className="fault-step">
      <legend>What happens</legend>
      {groups.map(({ title, choices }) => (
        <div key={title} className="choice-group">
          <h3>{title}</h3>
          <div className="choices">
            {choices.map((choice) => (
              <label key={choice.id} className="choice">
                <input type="radio" name="fault" checked={choice.id === chosen?.id} onChange={() => onChoose(choice)} />
                <span>
                  <strong>{choice.title}</strong>
                  <span>{choice.about}</span>
                </span>
              </label>
            ))}
          </div>
        </div>
      ))}
    </fieldset>
  );
}

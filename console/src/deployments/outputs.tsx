import { Icon } from '../icons.tsx';

/** By stack and key: what AWS would say, and where it answers here. */
export type StackOutputs = Record<string, Record<string, { value: string; local: string }>>;

export function Outputs({
  outputs,
  descriptions,
}: {
  outputs: StackOutputs[string];
  descriptions: { OutputKey: string; Description?: string }[];
}) {
  const entries = Object.entries(outputs);
  if (entries.length === 0) return null;
  return (
    <section className="card">
      <h2>Outputs</h2>
      <dl className="outputs">
        {entries.map(([key, { value, local }]) => (
          <div key={key}>
            <dt>
              {key}
              <span>{descriptions.find(({ OutputKey }) => OutputKey === key)?.Description}</span>
            </dt>
            <dd>
              <code>{value}</code>
              {opens(value, local) && (
                <a href={local} target="_blank" rel="noreferrer" className="go">
                  Open it here <Icon name="outside" />
                </a>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Names that answer to a browser; the API port's own address stands for everything else. */
function opens(value: string, local: string): boolean {
  return /^https?:\/\/[^/]*\.localhost:\d+/.test(local) && !value.startsWith('arn:');
}

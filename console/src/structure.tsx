/** A value of any shape, as indented names and values; text stays text. */
export function Structure({ value, label }: { value: unknown; label?: string }) {
  if (label === undefined)
    return (
      <div className="structure">
        <Value value={value} />
      </div>
    );
  return (
    <section className="structure" aria-label={label}>
      <Value value={value} />
    </section>
  );
}

function Value({ value }: { value: unknown }) {
  if (Array.isArray(value)) {
    if (value.length === 0) return <span className="dim">none</span>;
    return (
      <ul>
        {value.map((one, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a value has no other name than its place
          <li key={index}>
            <Value value={one} />
          </li>
        ))}
      </ul>
    );
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, one]) => one !== undefined);
    if (entries.length === 0) return <span className="dim">none</span>;
    return (
      <dl>
        {entries.map(([key, one]) => (
          <div key={key} className={typeof one === 'object' && one !== null ? 'nested' : undefined}>
            <dt>{key}</dt>
            <dd>
              <Value value={one} />
            </dd>
          </div>
        ))}
      </dl>
    );
  }
  return <span className={`value value-${typeof value}`}>{String(value)}</span>;
}

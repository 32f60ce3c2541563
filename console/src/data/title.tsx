import type { Names } from './names.ts';

/** What a thing is called, and the name that was made up for it. */
export function TitleOf({ names, id, name }: { names: Names; id: string; name: string }) {
  const known = names[id];
  const other = known !== undefined && known.label !== name;
  return (
    <header className="thing-title">
      <h2>{other ? known.label : name}</h2>
      {other && <code>{name}</code>}
    </header>
  );
}

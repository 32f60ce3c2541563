import type { ReactNode } from 'react';
import { Problem } from '../empty.tsx';
import { Link } from '../link.tsx';
import { hrefOf } from '../router.ts';

export interface Choice {
  /** In the address. */
  id: string;
  name: string;
  more?: string;
}

/** A list of things on the left, the chosen one beside it. */
export function Picker({
  kind,
  label,
  choices,
  error,
  chosen,
  none,
  children,
}: {
  kind: string;
  label: string;
  choices: Choice[] | undefined;
  error: Error | undefined;
  chosen: string | undefined;
  none: string;
  children: ReactNode;
}) {
  if (error) return <Problem error={error} />;
  if (!choices) return <p className="dim">Looking …</p>;
  if (choices.length === 0) return <p className="dim nothing">{none}</p>;
  return (
    <div className="split">
      <nav className="side" aria-label={label}>
        <ul>
          {choices.map(({ id, name, more }) => (
            <li key={id}>
              <Link href={hrefOf('data', [kind, id])} aria-current={id === chosen ? 'true' : undefined}>
                <strong>{name}</strong>
                {more !== undefined && (
                  <span className="dim small one-line" title={more}>
                    {more}
                  </span>
                )}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className="detail">{children}</div>
    </div>
  );
}

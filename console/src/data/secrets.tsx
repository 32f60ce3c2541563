import { useState } from 'react';
import { call, useLoaded } from '../api.ts';
import { Problem } from '../empty.tsx';
import type { DataScope } from '../pages/data.tsx';

interface Hidden {
  id: string;
  name: string;
  about: string;
  region: string;
  /** Of what is no secret. */
  value?: string | undefined;
}

export function Secrets({ regions }: DataScope) {
  const secrets = useLoaded('secrets', () =>
    inRegions(regions, async (region) => {
      const { SecretList = [] } = await call<{ SecretList?: { ARN: string; Name: string; Description?: string }[] }>(
        'secretsmanager',
        'ListSecrets',
        { MaxResults: 100 },
        region,
      );
      return SecretList.map(({ ARN, Name, Description = '' }) => ({ id: ARN, name: Name, about: Description, region }));
    }),
  );
  return (
    <HiddenList
      things={secrets.value}
      error={secrets.error}
      none="There is no secret."
      reveal={async ({ id, region }) => {
        const { SecretString = '' } = await call<{ SecretString?: string }>(
          'secretsmanager',
          'GetSecretValue',
          { SecretId: id },
          region,
        );
        return SecretString;
      }}
    />
  );
}

/** Only what is a SecureString is hidden. */
export function Parameters({ regions }: DataScope) {
  const parameters = useLoaded('parameters', () => inRegions(regions, parametersIn));
  return (
    <HiddenList
      things={parameters.value}
      error={parameters.error}
      none="There is no parameter."
      reveal={async ({ id, region }) => {
        const { Parameter } = await call<{ Parameter?: { Value?: string } }>(
          'ssm',
          'GetParameter',
          { Name: id, WithDecryption: true },
          region,
        );
        return Parameter?.Value ?? '';
      }}
    />
  );
}

/** DescribeParameters gives 50 at a time, GetParameters 10. */
const pagesOfParameters = 6;

async function parametersIn(region: string): Promise<Hidden[]> {
  const found: { Name: string; Type?: string }[] = [];
  let NextToken: string | undefined;
  for (let page = 0; page < pagesOfParameters && (page === 0 || NextToken); page += 1) {
    const answer = await call<{ Parameters?: typeof found; NextToken?: string }>(
      'ssm',
      'DescribeParameters',
      { MaxResults: 50, ...(NextToken ? { NextToken } : {}) },
      region,
    );
    found.push(...(answer.Parameters ?? []));
    NextToken = answer.NextToken;
  }
  const open = found.filter(({ Type }) => Type !== 'SecureString').map(({ Name }) => Name);
  const values = new Map<string, string>();
  for (let at = 0; at < open.length; at += 10) {
    const { Parameters = [] } = await call<{ Parameters?: { Name: string; Value?: string }[] }>(
      'ssm',
      'GetParameters',
      { Names: open.slice(at, at + 10) },
      region,
    );
    for (const { Name, Value = '' } of Parameters) values.set(Name, Value);
  }
  return found.map(({ Name, Type = '' }) => ({ id: Name, name: Name, about: Type, region, value: values.get(Name) }));
}

const shown = 200;

async function inRegions<T>(regions: string[], read: (region: string) => Promise<T[]>): Promise<T[]> {
  return (await Promise.all(regions.map(read))).flat();
}

/** Values are asked for one by one, when somebody wants to see them. */
function HiddenList({
  things,
  error,
  none,
  reveal,
}: {
  things: Hidden[] | undefined;
  error: Error | undefined;
  none: string;
  reveal: (thing: Hidden) => Promise<string>;
}) {
  if (error) return <Problem error={error} />;
  if (!things) return <p className="dim">Looking …</p>;
  if (things.length === 0) return <p className="dim nothing">{none}</p>;
  return (
    <section className="card" aria-label="Values">
      <ul className="hidden-list">
        {things.slice(0, shown).map((thing) => (
          <HiddenRow key={`${thing.region} ${thing.id}`} thing={thing} reveal={reveal} />
        ))}
      </ul>
      {things.length > shown && (
        <p className="dim small">
          The first {shown} of {things.length.toLocaleString('en')}.
        </p>
      )}
    </section>
  );
}

function HiddenRow({ thing, reveal }: { thing: Hidden; reveal: (thing: Hidden) => Promise<string> }) {
  const [value, setValue] = useState<string | undefined>(undefined);
  const toggle = async (): Promise<void> =>
    setValue(value === undefined ? await reveal(thing).catch((error: Error) => error.message) : undefined);
  return (
    <li>
      <span className="row-name">
        <strong>{thing.name}</strong>
        <span className="dim">{[thing.about, thing.region].filter(Boolean).join(' · ')}</span>
      </span>
      {thing.value === undefined && (
        <button
          type="button"
          aria-expanded={value !== undefined}
          aria-label={`${value === undefined ? 'Show' : 'Hide'} ${thing.name}`}
          onClick={() => void toggle()}
        >
          {value === undefined ? 'Show' : 'Hide'}
        </button>
      )}
      {thing.value !== undefined && <pre className="mail-text">{thing.value}</pre>}
      {value !== undefined && <pre className="mail-text">{value}</pre>}
    </li>
  );
}

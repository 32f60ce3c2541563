import { useState } from 'react';
import { call, useLoaded } from '../api.ts';
import { Problem } from '../empty.tsx';
import type { DataScope } from '../pages/data.tsx';

interface Hidden {
  id: string;
  name: string;
  about: string;
  region: string;
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

export function Parameters({ regions }: DataScope) {
  const parameters = useLoaded('parameters', () =>
    inRegions(regions, async (region) => {
      const { Parameters: found = [] } = await call<{ Parameters?: { Name: string; Type?: string }[] }>(
        'ssm',
        'DescribeParameters',
        { MaxResults: 50 },
        region,
      );
      return found.map(({ Name, Type = '' }) => ({ id: Name, name: Name, about: Type, region }));
    }),
  );
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
    <ul className="card hidden-list">
      {things.map((thing) => (
        <HiddenRow key={`${thing.region} ${thing.id}`} thing={thing} reveal={reveal} />
      ))}
    </ul>
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
      <button
        type="button"
        aria-expanded={value !== undefined}
        aria-label={`${value === undefined ? 'Show' : 'Hide'} ${thing.name}`}
        onClick={() => void toggle()}
      >
        {value === undefined ? 'Show' : 'Hide'}
      </button>
      {value !== undefined && <pre className="mail-text">{value}</pre>}
    </li>
  );
}

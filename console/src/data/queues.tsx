import { useState } from 'react';
import { call, useLoaded } from '../api.ts';
import { Problem } from '../empty.tsx';
import { useNews, useSettled } from '../live.ts';
import type { DataScope } from '../pages/data.tsx';
import { Structure } from '../structure.tsx';
import { Picker } from './picker.tsx';

/** Queues, what waits in them, and the way back for what a consumer gave up on. */
export function Queues({ rest, regions }: DataScope) {
  const queues = useLoaded('queues', async () => {
    const found = await Promise.all(
      regions.map(async (region) => {
        const { QueueUrls = [] } = await call<{ QueueUrls?: string[] }>('sqs', 'ListQueues', {}, region);
        return QueueUrls.map((url) => ({ url, name: url.split('/').at(-1) ?? url, region }));
      }),
    );
    return found.flat();
  });
  const queue = queues.value?.find(({ name }) => name === rest[0]) ?? queues.value?.[0];
  return (
    <Picker
      kind="queues"
      label="Queues"
      none="There is no queue."
      error={queues.error}
      chosen={queue?.name}
      choices={queues.value?.map(({ name, region }) => ({ id: name, name, more: region }))}
    >
      {queue && <QueueView key={queue.url} {...queue} />}
    </Picker>
  );
}

function QueueView({ url, name, region }: { url: string; name: string; region: string }) {
  const attributes = useLoaded(`queue ${url}`, async () => {
    const { Attributes = {} } = await call<{ Attributes?: Record<string, string> }>(
      'sqs',
      'GetQueueAttributes',
      { QueueUrl: url, AttributeNames: ['All'] },
      region,
    );
    return Attributes;
  });
  const refresh = useSettled(1000, attributes.again);
  useNews('request', refresh);
  if (attributes.error) return <Problem error={attributes.error} />;
  if (!attributes.value) return null;
  const {
    ApproximateNumberOfMessages: waiting = '0',
    ApproximateNumberOfMessagesNotVisible: taken = '0',
    ApproximateNumberOfMessagesDelayed: delayed = '0',
    ...rest
  } = attributes.value;
  return (
    <section className="card">
      <h2>{name}</h2>
      <dl className="counts">
        <div>
          <dt>waiting</dt>
          <dd>{waiting}</dd>
        </div>
        <div>
          <dt>being worked on</dt>
          <dd>{taken}</dd>
        </div>
        <div>
          <dt>delayed</dt>
          <dd>{delayed}</dd>
        </div>
      </dl>
      {Number(waiting) > 0 && <Redrive arn={rest.QueueArn ?? ''} region={region} />}
      <Structure
        value={Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, parsed(value)]))}
        label="Attributes"
      />
    </section>
  );
}

/** Messages of a dead-letter queue go back to where they came from; of any other queue the service says that it is none. */
function Redrive({ arn, region }: { arn: string; region: string }) {
  const [said, say] = useState('');
  const start = async (): Promise<void> => {
    try {
      await call('sqs', 'StartMessageMoveTask', { SourceArn: arn }, region);
      say('The messages are on their way back.');
    } catch (error) {
      say((error as Error).message);
    }
  };
  return (
    <p className="redrive">
      <button type="button" onClick={() => void start()}>
        Move back to where they came from
      </button>{' '}
      <span role="status">{said}</span>
    </p>
  );
}

/** Policies are JSON inside of text. */
function parsed(value: string): unknown {
  if (!value.startsWith('{')) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

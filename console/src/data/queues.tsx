import { useState } from 'react';
import type { PeekedMessage } from '../../../runtime/services/sqs/behaviour/peek.ts';
import { call, get, useLoaded } from '../api.ts';
import { Problem } from '../empty.tsx';
import { dateAndTime } from '../format.ts';
import { useNews, useSettled } from '../live.ts';
import type { DataScope } from '../pages/data.tsx';
import { StatusMark, type Tone } from '../status.tsx';
import { Structure } from '../structure.tsx';
import { choiceOf, type Names } from './names.ts';
import { Picker } from './picker.tsx';
import { TitleOf } from './title.tsx';

/** Queues, what waits in them, and the way back for what a consumer gave up on. */
export function Queues({ rest, regions, names }: DataScope) {
  const queues = useLoaded('queues', async () => {
    const found = await Promise.all(
      regions.map(async (region) => {
        const { QueueUrls = [] } = await call<{ QueueUrls?: string[] }>('sqs', 'ListQueues', {}, region);
        return QueueUrls.map((url) => ({ url, name: url.split('/').at(-1) ?? url, region }));
      }),
    );
    return found.flat();
  });
  const idOf = ({ name, region }: { name: string; region: string }): string =>
    Object.keys(names).find((id) => id.endsWith(`/${name}`) && id.includes(`sqs.${region}.`)) ?? name;
  const queue = queues.value?.find(({ name }) => name === rest[0]) ?? queues.value?.[0];
  return (
    <Picker
      kind="queues"
      label="Queues"
      none="There is no queue."
      error={queues.error}
      chosen={queue?.name}
      choices={queues.value?.map((one) => choiceOf(names, { ...one, id: idOf(one) }))}
    >
      {queue && <QueueView key={queue.url} {...queue} id={idOf(queue)} names={names} />}
    </Picker>
  );
}

function QueueView({
  url,
  name,
  region,
  id,
  names,
}: {
  url: string;
  name: string;
  region: string;
  id: string;
  names: Names;
}) {
  const attributes = useLoaded(`queue ${url}`, async () => {
    const { Attributes = {} } = await call<{ Attributes?: Record<string, string> }>(
      'sqs',
      'GetQueueAttributes',
      { QueueUrl: url, AttributeNames: ['All'] },
      region,
    );
    return Attributes;
  });
  const messages = useLoaded(`messages ${url}`, () =>
    get<{ messages: PeekedMessage[]; total: number }>(`queue?${new URLSearchParams({ name, region })}`),
  );
  const again = (): void => {
    attributes.again();
    messages.again();
  };
  const refresh = useSettled(1000, again);
  useNews('request', refresh);
  useNews('clock', refresh);
  if (attributes.error) return <Problem error={attributes.error} />;
  if (!attributes.value) return null;
  const {
    ApproximateNumberOfMessages: waiting = '0',
    ApproximateNumberOfMessagesNotVisible: taken = '0',
    ApproximateNumberOfMessagesDelayed: delayed = '0',
    ...rest
  } = attributes.value;
  return (
    <>
      <section className="card" aria-label="Messages">
        <TitleOf names={names} id={id} name={name} />
        <dl className="counts">
          <Count name="waiting" count={waiting} />
          <Count name="being worked on" count={taken} />
          <Count name="delayed" count={delayed} />
        </dl>
        <Redrive arn={rest.QueueArn ?? ''} region={region} waiting={Number(waiting)} onDone={again} />
        {messages.error && <p role="alert">{messages.error.message}</p>}
        {messages.value && <Messages {...messages.value} />}
      </section>
      <section className="card" aria-label="Attributes">
        <h2>Attributes</h2>
        <Structure value={Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, parsed(value)]))} />
      </section>
    </>
  );
}

function Count({ name, count }: { name: string; count: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{Number(count).toLocaleString('en')}</dd>
    </div>
  );
}

const tones: Record<PeekedMessage['state'], Tone> = { visible: 'good', 'in flight': 'busy', delayed: 'none' };

function Messages({ messages, total }: { messages: PeekedMessage[]; total: number }) {
  if (messages.length === 0) return <p className="dim">Nothing lies in it.</p>;
  return (
    <>
      <p className="dim small">
        {messages.length < total
          ? `The oldest ${messages.length} of ${total.toLocaleString('en')}, looked at without receiving them.`
          : 'Looked at without receiving them.'}
      </p>
      <ol className="messages">
        {messages.map((message) => (
          <li key={message.messageId}>
            <MessageView message={message} />
          </li>
        ))}
      </ol>
    </>
  );
}

function MessageView({ message }: { message: PeekedMessage }) {
  const { state, messageId, sentMs, receiveCount, body, characters, attributes, groupId, deadLetterSource } = message;
  return (
    <details>
      <summary>
        <StatusMark tone={tones[state]}>{state}</StatusMark>
        <span className="message-body">{body.slice(0, 200)}</span>
        <span className="dim small">
          {dateAndTime(sentMs)} · received {receiveCount}×
        </span>
      </summary>
      <pre className="mail-text">{indented(body)}</pre>
      {body.length < characters && (
        <p className="dim small">
          The first {body.length.toLocaleString('en')} of {characters.toLocaleString('en')} characters.
        </p>
      )}
      <Structure
        value={{
          MessageId: messageId,
          SenderId: message.senderId,
          ...(state === 'visible' ? {} : { 'Visible from': dateAndTime(message.visibleMs) }),
          'First received': message.firstReceivedMs === undefined ? 'never' : dateAndTime(message.firstReceivedMs),
          MessageGroupId: groupId,
          DeadLetterQueueSourceArn: deadLetterSource,
          MessageAttributes: attributes,
        }}
      />
    </details>
  );
}

function indented(body: string): string {
  const value = parsed(body);
  return typeof value === 'string' ? value : JSON.stringify(value, undefined, 2);
}

/** Messages of a dead-letter queue go back to where they came from; of any other queue the service says that it is none. */
function Redrive({
  arn,
  region,
  waiting,
  onDone,
}: {
  arn: string;
  region: string;
  waiting: number;
  onDone: () => void;
}) {
  const [said, say] = useState('');
  const start = async (): Promise<void> => {
    try {
      await call('sqs', 'StartMessageMoveTask', { SourceArn: arn }, region);
      say('The messages are on their way back.');
      onDone();
    } catch (error) {
      say((error as Error).message);
    }
  };
  if (waiting === 0 && said === '') return null;
  return (
    <p className="redrive">
      <button type="button" disabled={waiting === 0} onClick={() => void start()}>
        Move back to where they came from
      </button>{' '}
      <span role="status">{said}</span>
    </p>
  );
}

/** Policies are JSON inside of text. */
function parsed(value: string): unknown {
  if (!/^\s*[{[]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

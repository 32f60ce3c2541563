import { get, useLoaded } from '../api.ts';
import { dateAndTime } from '../format.ts';
import { useNews, useSettled } from '../live.ts';
import type { DataScope } from '../pages/data.tsx';
import { Picker } from './picker.tsx';

interface Mail {
  number: number;
  timeMs: number;
  from: string;
  recipients: string[];
  subject: string;
  text: string;
  hasHtml: boolean;
  attachments: { name: string; contentType: string; size: number }[];
}

/** Every mail that anything sent: none leaves this machine. */
export function Mails({ rest }: DataScope) {
  const mails = useLoaded('mails', async () => (await get<{ mails: Mail[] }>('mails')).mails);
  const refresh = useSettled(1000, mails.again);
  useNews('request', refresh);
  const mail = mails.value?.find(({ number }) => String(number) === rest[0]) ?? mails.value?.[0];
  return (
    <Picker
      kind="mail"
      label="Mails"
      none="No mail has been sent."
      error={mails.error}
      chosen={mail && String(mail.number)}
      choices={mails.value?.map(({ number, subject, recipients, timeMs }) => ({
        id: String(number),
        name: subject || '(no subject)',
        more: `${recipients.join(', ')} · ${dateAndTime(timeMs)}`,
      }))}
    >
      {mail && <MailView mail={mail} />}
    </Picker>
  );
}

function MailView({ mail }: { mail: Mail }) {
  return (
    <article className="card mail">
      <header className="thing-title">
        <h2>{mail.subject || '(no subject)'}</h2>
      </header>
      <dl className="facts">
        <div>
          <dt>From</dt>
          <dd>{mail.from}</dd>
        </div>
        <div>
          <dt>To</dt>
          <dd>{mail.recipients.join(', ')}</dd>
        </div>
        <div>
          <dt>Time</dt>
          <dd>{dateAndTime(mail.timeMs)}</dd>
        </div>
        {mail.attachments.map(({ name, contentType, size }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: names may repeat, and places do not change
          <div key={index}>
            <dt>Attached</dt>
            <dd>
              <a href={`/_orrery/console/mail-attachment?number=${mail.number}&index=${index}`} download>
                {name || '(no name)'}
              </a>{' '}
              <span className="dim">
                {contentType}, {size.toLocaleString('en')} bytes
              </span>
            </dd>
          </div>
        ))}
      </dl>
      {mail.hasHtml ? (
        // No scripts, no origin, nothing from outside: the answer's own policy says so too.
        <iframe
          className="mail-frame"
          title="The mail as it looks"
          sandbox=""
          src={`/_orrery/console/mail?number=${mail.number}`}
        />
      ) : (
        <pre className="mail-text">{mail.text}</pre>
      )}
    </article>
  );
}

import { words } from './format.ts';

export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'none';

/** Colour, shape and word say the same. */
export function StatusMark({ tone, children, title }: { tone: Tone; children?: string; title?: string }) {
  return (
    <span className={`mark mark-${tone}`} title={title}>
      <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" focusable="false">
        {shapes[tone]}
      </svg>
      {children}
    </span>
  );
}

/** The state of a stack or a resource as CloudFormation names it. */
export function StackStatus({ status }: { status: string }) {
  return (
    <StatusMark tone={toneOf(status)} title={status}>
      {words(status)}
    </StatusMark>
  );
}

export function toneOf(status: string): Tone {
  if (/FAILED$/.test(status) || status === 'ROLLBACK_COMPLETE') return 'bad';
  if (/IN_PROGRESS$/.test(status)) return 'busy';
  if (/ROLLBACK/.test(status)) return 'warn';
  return status.startsWith('DELETE') ? 'none' : 'good';
}

export function toneOfHttp(status: number | undefined, error: string | undefined): Tone {
  if (error !== undefined || (status ?? 0) >= 500) return 'bad';
  if ((status ?? 0) >= 400) return 'warn';
  return 'good';
}

const shapes: Record<Tone, React.ReactNode> = {
  good: <circle cx="6" cy="6" r="4.5" />,
  busy: (
    <path d="M6 1.5a4.5 4.5 0 1 1-4.5 4.5" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
  ),
  warn: <path d="M6 1.2 11.2 10.6H.8Z" />,
  bad: <path d="M2 .8 6 4.6 10 .8 11.2 2 7.4 6l3.8 4-1.2 1.2L6 7.4 2 11.2.8 10 4.6 6 .8 2Z" />,
  none: <circle cx="6" cy="6" r="3.8" fill="none" stroke="currentColor" strokeWidth="1.6" />,
};

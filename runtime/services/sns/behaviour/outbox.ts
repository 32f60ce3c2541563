import type { Kernel } from '../../../kernel/service.ts';
import type { Topic } from '../state.ts';

/** A mail as kept: no mail leaves the machine. */
export interface Mail {
  from: string;
  to: string;
  subject: string;
  text: string;
  timeMs: number;
}

export function sendMail(kernel: Kernel, topic: Topic, mail: { to: string; subject: string; text: string }): void {
  const timeMs = kernel.clock.now();
  const key = `${new Date(timeMs).toISOString()}-${kernel.ids.hex(8)}`;
  kernel.store
    .collection<Mail>('mail.messages', { account: topic.account, region: topic.region })
    .put(key, { from: 'no-reply@sns.amazonaws.com', timeMs, ...mail });
}

import type { MessageTag } from '@aws-sdk/client-sesv2';
import type { Scope } from '../../kernel/store/store.ts';
import type { Header } from './raw-message.ts';

/** A mail that SES accepted, as its events tell of it. */
export interface SentMessage extends Scope {
  messageId: string;
  timeMs: number;
  /** As given: with the display name. */
  source: string;
  sourceArn: string;
  /** The identity whose settings count. */
  identity: string;
  sourceIp: string;
  callerIdentity: string;
  /** Where feedback is mailed to. */
  feedbackTo: string;
  destination: string[];
  headers: Header[];
  headersTruncated: boolean;
  configurationSetName: string | undefined;
  tags: MessageTag[];
}

/** "Contents of event data": the headers of an event are cut at 10 KB. */
export function cutHeaders(headers: Header[]): { headers: Header[]; headersTruncated: boolean } {
  const most = 10 * 1024;
  const kept: Header[] = [];
  let size = 0;
  for (const header of headers) {
    size += header.name.length + header.value.length;
    if (size > most) return { headers: kept, headersTruncated: true };
    kept.push(header);
  }
  return { headers: kept, headersTruncated: false };
}

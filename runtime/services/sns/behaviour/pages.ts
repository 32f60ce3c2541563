import { pageAt } from '../../../kernel/pages.ts';
import { invalidParameter } from '../errors.ts';

/** "Each call returns a limited list, up to 100" (ListTopics and ListSubscriptions, SNS API Reference). */
export function page<T>(all: T[], token: string | undefined): { items: T[]; NextToken: string | undefined } {
  const { items, next } = pageAt(all, { token, size: 100, unknown: () => invalidParameter('nextToken') });
  return { items, NextToken: next };
}

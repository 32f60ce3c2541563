import type { Delivery } from './deliveries.ts';
import { valueAt } from './json-path.ts';

/** What the target gets: the event, a constant, a part of the event, or a template filled from it. */
export function payloadFor({ target, event, rule }: Delivery, acceptedMs: number): string {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) return JSON.stringify(valueAt(event, target.InputPath) ?? {});
  if (!target.InputTransformer) return JSON.stringify(event);
  const { InputPathsMap = {}, InputTemplate = '' } = target.InputTransformer;
  const { detail: _detail, ...withoutDetail } = event;
  const variables = new Map<string, unknown>(
    Object.entries(InputPathsMap).map(([name, path]) => [name, valueAt(event, path)]),
  );
  variables.set('aws.events.rule-arn', rule.Arn);
  variables.set('aws.events.rule-name', rule.Name);
  variables.set('aws.events.event.ingestion-time', new Date(acceptedMs).toISOString());
  variables.set('aws.events.event', withoutDetail);
  variables.set('aws.events.event.json', event);
  return fillTemplate(InputTemplate, variables);
}

/**
 * "Amazon EventBridge input transformation": between quotes a variable's text is put in as it is, and an object without
 * its quotes; elsewhere a variable is a JSON value. A path that finds nothing leaves the empty text.
 */
function fillTemplate(template: string, variables: Map<string, unknown>): string {
  let filled = '';
  let inString = false;
  for (let at = 0; at < template.length; at += 1) {
    const character = template[at] ?? '';
    if (inString && character === '\\') {
      filled += character + (template[at + 1] ?? '');
      at += 1;
      continue;
    }
    if (character === '"') inString = !inString;
    const name = character === '<' ? /^<([^<>\s]+)>/.exec(template.slice(at, at + 300))?.[1] : undefined;
    if (name === undefined || !variables.has(name)) filled += character;
    else {
      filled += inString ? within(variables.get(name)) : JSON.stringify(variables.get(name) ?? '');
      at += name.length + 1;
    }
  }
  return filled;
}

function within(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return JSON.stringify(value).slice(1, -1);
  return JSON.stringify(value).replaceAll('"', '');
}

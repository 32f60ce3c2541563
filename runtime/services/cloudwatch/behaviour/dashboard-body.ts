import { AwsError } from '../../../kernel/errors.ts';
import { lookupTable } from '../../../kernel/lookup-table.ts';

export interface DashboardMessage {
  DataPath: string;
  Message: string;
}

type Json = Record<string, unknown>;

/** What the properties of a widget must hold, by the widget's type ("Dashboard body structure and syntax", API Reference). */
const required: Record<string, string[]> = lookupTable({
  metric: ['region'],
  text: ['markdown'],
  log: ['region', 'query'],
  alarm: ['alarms'],
  explorer: ['metrics', 'aggregateBy', 'labels'],
  custom: ['endpoint'],
});

/** Where on the grid of 24 columns a widget may stand, least and most. */
const places: Record<string, [number, number]> = lookupTable({
  x: [0, 23],
  y: [0, Infinity],
  width: [1, 24],
  height: [1, 1000],
});

const mostWidgets = 500;

/**
 * Reads a dashboard's body. Throws where it is no dashboard at all; what is only wrong with a widget is given back as
 * messages, and the dashboard is kept ("PutDashboard", API Reference, DashboardValidationMessages).
 */
export function checkDashboardBody(body: string): DashboardMessage[] {
  const whole = parse(body);
  if (!isObject(whole)) throw invalid([{ DataPath: '/', Message: 'Should be object' }]);
  const { widgets } = whole;
  if (widgets === undefined) throw invalid([{ DataPath: '/', Message: "Should have required property 'widgets'" }]);
  if (!Array.isArray(widgets)) throw invalid([{ DataPath: '/widgets', Message: 'Should be array' }]);
  if (widgets.length > mostWidgets)
    throw invalid([{ DataPath: '/widgets', Message: `Should NOT have more than ${mostWidgets} items` }]);
  const errors = widgets.flatMap((widget, index) => errorsOf(widget, `/widgets/${index}`));
  if (errors.length > 0) throw invalid(errors);
  return widgets.flatMap((widget: Json, index) => warningsOf(widget, `/widgets/${index}`));
}

function errorsOf(widget: unknown, DataPath: string): DashboardMessage[] {
  if (!isObject(widget)) return [{ DataPath, Message: 'Should be object' }];
  const { type, properties } = widget;
  if (type === undefined) return [{ DataPath, Message: "Should have required property 'type'" }];
  if (typeof type !== 'string' || !Object.hasOwn(required, type))
    return [{ DataPath: `${DataPath}/type`, Message: 'Should be equal to one of the allowed values' }];
  if (!isObject(properties)) return [{ DataPath, Message: "Should have required property 'properties'" }];
  return [];
}

function warningsOf(widget: Json, DataPath: string): DashboardMessage[] {
  const messages: DashboardMessage[] = [];
  const properties = widget.properties as Json;
  for (const name of required[String(widget.type)] ?? []) {
    if (properties[name] === undefined)
      messages.push({ DataPath: `${DataPath}/properties/${name}`, Message: `Should have required property '${name}'` });
  }
  for (const [name, [least, most]] of Object.entries(places)) {
    const value = widget[name];
    if (value === undefined) continue;
    if (!Number.isInteger(value)) messages.push({ DataPath: `${DataPath}/${name}`, Message: 'Should be integer' });
    else if (Number(value) < least)
      messages.push({ DataPath: `${DataPath}/${name}`, Message: `Should be >= ${least}` });
    else if (Number(value) > most) messages.push({ DataPath: `${DataPath}/${name}`, Message: `Should be <= ${most}` });
  }
  return messages;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw invalid([{ DataPath: '', Message: 'The field DashboardBody must be a valid JSON object' }]);
  }
}

function invalid(dashboardValidationMessages: DashboardMessage[]): AwsError {
  return new AwsError(
    'DashboardInvalidInputError',
    `The dashboard body is invalid, there are ${dashboardValidationMessages.length} validation errors: ${JSON.stringify(dashboardValidationMessages)}`,
    { queryCode: 'InvalidParameterInput', members: { dashboardValidationMessages } },
  );
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a dashboard's body says, read leniently: CloudWatch keeps bodies that it only warns about. */
export interface Widget {
  type: string;
  x?: number;
  y?: number;
  width: number;
  height: number;
  properties: Record<string, unknown>;
}

/** One row of a metric widget: a metric or an expression, with its options. */
export interface MetricRow {
  id: string;
  /** Namespace, name, then dimensions' names and values; empty for an expression. */
  path: string[];
  expression: string;
  label: string | undefined;
  stat: string;
  periodSeconds: number;
  region: string;
  colour: string | undefined;
  visible: boolean;
  right: boolean;
}

export function readBody(text: string): { widgets: Widget[]; hours: number | undefined } {
  const body = JSON.parse(text) as { widgets?: Partial<Widget>[]; start?: string };
  const widgets = (body.widgets ?? []).map((widget) => ({
    ...widget,
    type: String(widget.type),
    // "Dashboard body structure and syntax": what a widget is where it does not say.
    width: within(widget.width, 1, 24, 6),
    height: within(widget.height, 1, 1000, 6),
    properties: widget.properties ?? {},
  }));
  return { widgets, hours: hoursOf(body.start) };
}

function within(value: unknown, least: number, most: number, otherwise: number): number {
  return typeof value === 'number' && value >= least ? Math.min(value, most) : otherwise;
}

/** A relative beginning: -PT3H, -P7D. */
function hoursOf(start: string | undefined): number | undefined {
  const [, days, hours] = /^-P(?:(\d+)D)?(?:T(\d+)H)?$/.exec(start ?? '') ?? [];
  return days === undefined && hours === undefined ? undefined : Number(days ?? 0) * 24 + Number(hours ?? 0);
}

/** "Metric widget object, metrics array": a dot stands for what is above it, three for all that is not said. */
export function readMetrics(properties: Record<string, unknown>, region: string): MetricRow[] {
  const rows = Array.isArray(properties.metrics) ? (properties.metrics as unknown[][]) : [];
  let above: string[] = [];
  return rows.filter(Array.isArray).map((row, index) => {
    const options = (row.find((one) => typeof one === 'object' && one !== null) ?? {}) as Record<string, unknown>;
    const given = row.filter((one): one is string => typeof one === 'string');
    const path = completed(given, above);
    if (path.length > 0) above = path;
    const own = (name: string): unknown => options[name] ?? properties[name];
    const period = Number(own('period') ?? 300);
    return {
      id: typeof options.id === 'string' ? options.id : `${typeof options.expression === 'string' ? 'x' : 'w'}${index}`,
      path,
      expression: typeof options.expression === 'string' ? options.expression : '',
      label: typeof options.label === 'string' ? options.label : undefined,
      stat: String(own('stat') ?? 'Average'),
      periodSeconds: period > 0 ? period : 300,
      region: String(own('region') ?? region),
      colour: typeof options.color === 'string' && /^#[0-9a-f]{6}$/i.test(options.color) ? options.color : undefined,
      visible: options.visible !== false,
      right: options.yAxis === 'right',
    };
  });
}

function completed(given: string[], above: string[]): string[] {
  const dots = given.indexOf('...');
  const whole =
    dots === -1 ? given : [...above.slice(0, above.length - (given.length - dots - 1)), ...given.slice(dots + 1)];
  return whole.map((part, at) => (part === '.' ? (above[at] ?? part) : part));
}

/** What tells one from the others: the name where names differ, else the dimensions' values. */
export function labelsOf(rows: MetricRow[]): Map<string, string> {
  const names = new Set(rows.filter(({ path }) => path.length > 0).map(({ path }) => path[1]));
  return new Map(
    rows.map(({ id, label, expression, path }) => {
      const values = path.slice(2).filter((_, at) => at % 2 === 1);
      const derived = names.size > 1 || values.length === 0 ? (path[1] ?? '') : values.join(' ');
      // "Using dynamic labels": what they compute is not computed here.
      return [id, label?.replaceAll(/\$\{[^}]*\}/g, '').trim() || (expression === '' ? derived : expression)];
    }),
  );
}

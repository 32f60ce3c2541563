/** Times are the cloud's, in UTC, as AWS shows them. */
export function timeOfDay(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19);
}

export function dateAndTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

export function duration(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return span(ms);
}

/** A longer time in its two largest units: 3 d 4 h. */
export function span(ms: number): string {
  const units: [string, number][] = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
  ];
  const parts: string[] = [];
  let rest = Math.abs(ms);
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.slice(0, 2).join(' ') || '0 s';
}

export function rate(perSecond: number): string {
  if (perSecond >= 10) return `${Math.round(perSecond)}/s`;
  return `${perSecond < 1 ? perSecond.toFixed(2).replace(/0$/, '') : perSecond.toFixed(1)}/s`;
}

/** AWS::SQS::Queue as SQS Queue. */
export function typeName(type: string): string {
  return type.replace(/^AWS::/, '').replaceAll('::', ' ');
}

/** CREATE_COMPLETE as create complete. */
export function words(status: string): string {
  return status.toLowerCase().replaceAll('_', ' ');
}

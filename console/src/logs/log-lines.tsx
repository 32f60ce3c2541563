import { timeOfDay } from '../format.ts';
import type { LogLine } from '../live.ts';

/** Text as it was written; what was searched for is marked. */
export function LogLines({ lines, search, withGroup }: { lines: LogLine[]; search: string; withGroup: boolean }) {
  return (
    <ol className="log">
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no names, and equal ones are many
        <li key={`${line.timeMs} ${index}`} className={levelOf(line.message)}>
          <time>{timeOfDay(line.timeMs)}</time>
          {withGroup && (
            <span className="log-group" title={`${line.group} ${line.stream}`}>
              {shortGroup(line.group)}
            </span>
          )}
          <span className="log-text">{marked(line.message, search)}</span>
        </li>
      ))}
    </ol>
  );
}

function levelOf(message: string): string | undefined {
  if (/\b(ERROR|FATAL|Error:|errorMessage|"level":"(error|fatal)")/.test(message)) return 'log-bad';
  return /\b(WARN|WARNING|"level":"warn")/.test(message) ? 'log-warn' : undefined;
}

function shortGroup(group: string): string {
  return group.split('/').at(-1) || group;
}

function marked(text: string, search: string) {
  const at = search === '' ? -1 : text.toLowerCase().indexOf(search.toLowerCase());
  if (at < 0) return text;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + search.length)}</mark>
      {text.slice(at + search.length)}
    </>
  );
}

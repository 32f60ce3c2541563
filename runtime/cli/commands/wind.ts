import { PersonError } from '../../kernel/errors.ts';
import type { Command } from '../command.ts';
import { dataFolder, requireRuntime } from '../data-folder.ts';
import { formatDuration, parseDuration } from '../durations.ts';
import { usageError } from '../errors.ts';
import { askLines } from '../runtime-client.ts';

interface WindLine {
  progress?: { time: string; fired: number };
  done?: { from: string; to: string; fired: number };
  error?: { code: string; message: string; next: string };
}

export const wind: Command = {
  name: 'wind',
  summary: "move the cloud's time forward; everything due on the way happens, in order",
  positionals: 'DURATION',
  details: `
Durations: 90s, 15m, 12h, 40d, 2w, 1h30m. Time-outs, schedules, TTLs, retention, alarms and life cycles live through it.
Time only goes forward; \`orrery reset\` starts again.`,
  async run(line, out) {
    const [duration] = line.positionals;
    if (duration === undefined)
      throw usageError('How far should time be wound?', 'For example `orrery wind 1d`. ', 'wind');
    const durationMs = parseDuration(duration);
    for await (const now of askLines<WindLine>(requireRuntime(dataFolder(line)), 'POST', 'wind', { durationMs })) {
      if (now.error) throw new PersonError(now.error.code, now.error.message, now.error.next);
      if (now.progress && !line.flag('json')) out.note(`  ${now.progress.time}  ${now.progress.fired} events`);
      if (!now.done) continue;
      if (line.flag('json')) out.json(now.done);
      else
        out.line(`It is now ${now.done.to}: ${formatDuration(durationMs)} passed, ${now.done.fired} things happened.`);
    }
  },
};

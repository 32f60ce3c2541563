import type { CostReport } from '../../cost/cost-report.ts';
import type { Command, CommandLine } from '../command.ts';
import { counted, printBill } from '../cost-view.ts';
import { dataFolder, requireRuntime } from '../data-folder.ts';
import { usageError } from '../errors.ts';
import { ask } from '../runtime-client.ts';
import { table } from '../terminal.ts';

export const cost: Command = {
  name: 'cost',
  summary: 'what AWS would charge for what ran here, or for so many requests a month',
  options: {
    'this-month': { type: 'boolean', about: "only this month of the cloud's time (default: all that was metered)" },
    'per-month': { type: 'boolean', about: 'a month at the rate measured so far' },
    for: { type: 'string', value: 'ROUTE=N,…', about: 'a month with N requests of a route' },
    routes: { type: 'boolean', about: 'the routes that were measured, to use with --for' },
    resources: { type: 'boolean', about: 'each line by resource' },
    'free-tier': { type: 'boolean', about: 'take off what is always free each month' },
  },
  details: `
Usage is metered from what really happened: requests and their sizes, billed milliseconds, read and write units, bytes
logged and stored, alarms and their hours. Prices are AWS's on-demand list prices of us-east-1, tiers applied month by
month, in US dollars without tax; --json names the page and day of each. What has no price here is named, not left out.

  orrery cost                                     what has been used so far
  orrery cost --per-month                         the same traffic for a month
  orrery cost --for "POST /api/orders=1000000"    what a million orders a month would cost

--for takes what one request of the route has used on average, through everything it set off (functions, queues and
their consumers, tables, logs), times N, and adds what stands now: storage, alarms, keys. It does not add the storage
that N requests will leave behind. Send a few hundred requests first, so that cold starts weigh as they should.`,
  async run(line, out) {
    const report = await ask<CostReport>(requireRuntime(dataFolder(line)), 'GET', `cost?${queryOf(line)}`);
    if (line.flag('json')) out.json(report);
    else if (line.flag('routes'))
      for (const row of table(
        Object.entries(report.measured).map(([route, count]) => [route, counted(count, 'requests')]),
      ))
        out.line(row);
    else printBill(report, { resources: line.flag('resources'), freeTier: line.flag('free-tier') }, out);
  },
};

function queryOf(line: CommandLine): URLSearchParams {
  const routes = line.text('for');
  const given = [line.flag('this-month'), line.flag('per-month'), routes !== undefined].filter(Boolean);
  if (given.length > 1) throw usageError('Choose one of --this-month, --per-month and --for.', '', 'cost');
  if (routes !== undefined) return new URLSearchParams({ for: routes });
  const period = line.flag('this-month') ? 'month' : line.flag('per-month') ? 'rate' : 'start';
  return new URLSearchParams({ period });
}

import { startRuntime } from '../../control-plane/runtime.ts';
import { compute } from './compute.ts';

// A runtime for a test to kill: starts two sandboxes that would never end by themselves, and tells their process ids.
const { kernel } = await startRuntime({ dataDir: process.argv[2] ?? '', services: [] });
let ready = 0;
const start = (script: string) =>
  kernel.engine(compute).start({
    kind: 'task',
    name: 'endless',
    command: () => ['/bin/sh', '-c', script],
    environment: () => ({ PATH: '/usr/bin:/bin' }),
    onLine: () => {
      ready += 1;
      if (ready === 2) console.log(JSON.stringify(sandboxes.map(({ pid }) => pid)));
    },
  });
const sandboxes = [start('echo ready; while :; do :; done'), start('echo ready; sleep 100000 & sleep 100000')];
setInterval(() => undefined, 60_000);

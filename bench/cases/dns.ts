import { createSocket, type Socket } from 'node:dgram';
import { performance } from 'node:perf_hooks';
import { encode } from 'dns-packet';
import type { Case, Place } from '../case.ts';
import { type LoadOptions, type Measure, summary } from '../load.ts';
import { createStack } from '../stack.ts';

export const dns: Case[] = [
  {
    name: 'DNS answer, A of a zone with 100 names',
    // One core that does nothing else: the driver, a Node process too, asks less than that.
    budget: '≤ 33 µs: 30,000/s',
    peer: 'none',
    callers: 64,
    async prepare(at) {
      await createStack(at.driver.send, 'bench-dns', template);
      return { measure: (options) => load(at, options) };
    },
  },
];

const names = Array.from({ length: 100 }, (_, number) => `host-${number}.bench.example`);

/** As many questions under way as there are callers, each of a name in turn; one socket takes the answers by their ids. */
async function load({ server }: Place, { callers, durationMs, calls = Infinity }: LoadOptions): Promise<Measure> {
  const questions = names.map((name) => encode({ type: 'query', id: 0, flags: 256, questions: [{ name, type: 'A' }] }));
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
  await new Promise<void>((resolve) => socket.connect(server.dnsPort ?? 0, '127.0.0.1', resolve));
  const latencies: number[] = [];
  const cpu = server.cpuMs();
  const started = performance.now();
  await new Promise<void>((resolve) => {
    const asked = new Float64Array(callers);
    let turn = 0;
    let open = 0;
    const ask = (id: number): void => {
      const question = Buffer.from(questions[turn % questions.length] as Buffer);
      question.writeUInt16BE(id, 0);
      turn += 1;
      open += 1;
      asked[id] = performance.now();
      socket.send(question);
    };
    socket.on('message', (answer) => {
      if (((answer[3] ?? 0) & 15) !== 0 || answer.readUInt16BE(6) !== 1) throw new Error('not the answer asked for');
      const id = answer.readUInt16BE(0);
      const now = performance.now();
      latencies.push(now - (asked[id] ?? now));
      open -= 1;
      if (turn < calls && now - started < durationMs) ask(id);
      else if (open === 0) resolve();
    });
    for (let id = 0; id < callers; id += 1) ask(id);
  });
  const tookMs = performance.now() - started;
  close(socket);
  return summary(latencies, { tookMs, cpuMs: server.cpuMs() - cpu });
}

function close(socket: Socket): void {
  socket.removeAllListeners('message');
  socket.close();
}

const template = {
  Resources: {
    Zone: { Type: 'AWS::Route53::HostedZone', Properties: { Name: 'bench.example' } },
    Hosts: {
      Type: 'AWS::Route53::RecordSetGroup',
      Properties: {
        HostedZoneId: { Ref: 'Zone' },
        RecordSets: names.map((Name) => ({ Name, Type: 'A', TTL: '60', ResourceRecords: ['192.0.2.1'] })),
      },
    },
  },
};

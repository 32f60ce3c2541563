import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, onPath, type Server, startProgram } from './server.ts';

/** Servers of others that are measured beside ours where they are on PATH; none of them is a dependency. */
export const peerPrograms: Record<string, { install: string; start(): Promise<Server | undefined> }> = {
  moto: {
    install: "pip install 'moto[server]'",
    start: () => program('moto', 'moto_server', (port) => ['-H', '127.0.0.1', '-p', port]),
  },
  dynalite: {
    install: 'npm install --global dynalite',
    start: () => program('dynalite', 'dynalite', (port) => ['--port', port, '--createTableMs', '0']),
  },
  s3rver: {
    install: 'npm install --global s3rver',
    start: () =>
      program('s3rver', 's3rver', (port) => {
        const folder = mkdtempSync(join(tmpdir(), 'orrery-bench-s3rver-'));
        return ['-d', folder, '-a', '127.0.0.1', '-p', port, '-s', '--allow-mismatched-signatures'];
      }),
  },
};

async function program(name: string, command: string, args: (port: string) => string[]): Promise<Server | undefined> {
  if (!onPath(command)) return undefined;
  const port = await freePort();
  return startProgram(name, [command, ...args(String(port))], port);
}

/** One worker, a file of memory's speed, and the headers of the answer it stands beside. */
export async function startNginx(answer: {
  headers: Record<string, string>;
  body: string;
}): Promise<Server | undefined> {
  const command = ['nginx', '/usr/sbin/nginx'].find(onPath);
  if (!command) return undefined;
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'orrery-bench-nginx-'));
  mkdirSync(join(folder, 'site'));
  writeFileSync(join(folder, 'site', 'index.html'), answer.body);
  const own = /^(date|content-length|content-type|etag|last-modified|accept-ranges|server)$/;
  const added = Object.entries(answer.headers).filter(([name]) => !own.test(name));
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; master_process off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr;
events { worker_connections 1024; }
http {
  access_log off; sendfile on; keepalive_requests 1000000; default_type text/html; open_file_cache max=100;
  server {
    listen 127.0.0.1:${port}; root ${folder}/site;
    ${added.map(([name, value]) => `add_header ${name} ${JSON.stringify(value)};`).join('\n    ')}
  }
}
`,
  );
  return startProgram('nginx', [command, '-p', folder, '-c', join(folder, 'nginx.conf')], port);
}

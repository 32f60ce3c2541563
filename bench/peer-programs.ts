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

/** What a peer is started from: its program's possible places, the package that has it, and its configuration's folder. */
interface Program {
  name: string;
  commands: readonly string[];
  install: string;
  /** Writes what it reads into the folder, and gives its arguments. */
  configure(folder: string, port: number): string[];
}

async function startPeer({ name, commands, install, configure }: Program): Promise<Server | undefined> {
  const command = commands.find(onPath);
  if (!command) {
    process.stderr.write(`SKIPPED: ${name} is not on this machine (${install}).\n`);
    return undefined;
  }
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), `orrery-bench-${name}-`));
  return startProgram(name, [command, ...configure(folder, port)], port);
}

/** One worker in front of the same server, over connections that are kept. */
export function startNginxProxy(upstream: Server): Promise<Server | undefined> {
  return startPeer({
    name: 'nginx',
    commands: ['nginx', '/usr/sbin/nginx'],
    install: 'apt-get install nginx',
    configure(folder, port) {
      const file = join(folder, 'nginx.conf');
      writeFileSync(
        file,
        `daemon off; master_process off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 1000000;
  upstream target { server ${new URL(upstream.url).host}; keepalive 64; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://target; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Port $server_port;
    }
  }
}
`,
      );
      return ['-p', folder, '-c', file];
    },
  });
}

/** One thread in front of the same server. */
export function startHaproxy(upstream: Server): Promise<Server | undefined> {
  return startPeer({
    name: 'haproxy',
    commands: ['haproxy', '/usr/sbin/haproxy'],
    install: 'apt-get install haproxy',
    configure(folder, port) {
      const file = join(folder, 'haproxy.cfg');
      writeFileSync(
        file,
        `global
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  option forwardfor
  http-reuse always
frontend users
  bind 127.0.0.1:${port}
  default_backend targets
backend targets
  server one ${new URL(upstream.url).host}
`,
      );
      return ['-db', '-f', file];
    },
  });
}

/** A cache in memory in front of the same server. */
export function startVarnish(upstream: Server): Promise<Server | undefined> {
  return startPeer({
    name: 'varnish',
    commands: ['varnishd', '/usr/sbin/varnishd'],
    install: 'apt-get install varnish',
    configure: (folder, port) =>
      ['-F', '-j', 'none', '-n', folder, '-a', `127.0.0.1:${port}`, '-b', new URL(upstream.url).host].concat(
        '-s',
        'malloc,64m',
      ),
  });
}

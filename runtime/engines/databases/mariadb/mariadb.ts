import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Found, Launch } from '../engine.ts';
import { findMariadb, type MariadbBinaries, places } from './binaries.ts';
import { awaitsRestart, configure, noteStart, optionsPath, reload } from './configuration.ts';
import { backup, copyData, forgetPosition, makeTemplate, settingsFile } from './data-directory.ts';
import { begin, keep, succeed } from './log-archive.ts';
import { base, recover, writtenSince } from './recovery.ts';
import { follow, join as joinStandby, position, promote } from './replication.ts';
import { MariadbSession } from './session.ts';
import { badSetting, readSettings } from './settings.ts';

const standbyFile = 'orrery-standby';

/** MariaDB with semi-synchronous replication by global transaction ids; it stands for MySQL too (decisions/0021). */
export function mariadb(): Found {
  // Which programs a machine has is of the machine, not of the runtime.
  const binaries = findMariadb(process.env.ORRERY_MARIADB ?? [process.env.PATH, ...places].join(delimiter));
  if ('lacking' in binaries) return binaries;
  const settings = async (folder: string) => {
    await makeTemplate(binaries, folder);
    return readSettings(settingsFile(folder, binaries));
  };
  return {
    name: 'mariadb',
    version: binaries.version,
    settings,
    badSetting: async (folder, parameters) => badSetting(await settings(folder), parameters),
    hasLibrary: () => false,
    template: (folder) => makeTemplate(binaries, folder),
    copy: copyData,
    backup,
    launch: (at) => launch(binaries, at),
    configure,
    reload,
    awaitsRestart: async (_server, folder) => awaitsRestart(folder),
    isStandby: (folder) => existsSync(join(folder, standbyFile)),
    mark,
    floors: () => ({}),
    follow,
    join: joinStandby,
    position,
    promote: (standby, archive) => promote(standby, async () => archive && succeed(archive, standby)),
    archiving: {
      begin,
      keep,
      base,
      writtenSince,
      // What was noted says where the log stood; there is nothing to stop at.
      commit: async () => undefined,
      recover: (host, recovery) => recover(binaries, host, recovery),
    },
  };
}

function launch(binaries: MariadbBinaries, at: { dataDir: string; socketDir: string; port: number }): Launch {
  const { dataDir, socketDir, port } = at;
  const { asSomebody, server } = binaries;
  const socket = join(socketDir, `.s.MARIADB.${port}`);
  // Its own: a server that starts clears away the temporary tables of all others in the same folder.
  const temporary = join(socketDir, `tmp.${port}`);
  mkdirSync(temporary, { recursive: true });
  noteStart(dataDir);
  return {
    command: [
      ...asSomebody,
      server,
      `--defaults-file=${optionsPath(dataDir)}`,
      `--datadir=${dataDir}`,
      `--socket=${socket}`,
      `--tmpdir=${temporary}`,
      `--port=${port}`,
      `--pid-file=${join(dataDir, 'mariadbd.pid')}`,
      // Begun by the runtime when it knows whom to follow.
      '--skip-slave-start',
      ...(existsSync(join(dataDir, standbyFile)) ? ['--read-only'] : []),
    ],
    ready: /ready for connections/,
    incompatible:
      /unknown (variable|option)|Error while setting value|Cannot allocate memory|is not a valid|Incorrect argument/i,
    shutdown: 'SIGTERM',
    socketPath: socket,
    connect: (database) => MariadbSession.open(socket, database),
  };
}

function mark(folder: string, as: 'writer' | 'standby'): void {
  const file = join(folder, standbyFile);
  if (as === 'standby') writeFileSync(file, '');
  else {
    rmSync(file, { force: true });
    forgetPosition(folder);
  }
}

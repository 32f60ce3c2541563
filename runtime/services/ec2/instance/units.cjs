'use strict';
// Unit files as systemd.unit(5), systemd.service(5) and systemd.exec(5) write them; what is read of them is listed here.
const { existsSync, readFileSync, readdirSync } = require('node:fs');

const { lead } = require('./root.cjs');

const folders = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
].map(lead);

/** Settings of [Service] that change nothing where every instance has processes and a disk of its own, and are said so. */
const withoutEffect =
  /^(Limit\w+|Protect\w+|Private\w+|NoNewPrivileges|Restrict\w+|Capability\w*|AmbientCapabilities|SystemCall\w+|Memory\w+|CPU\w+|Tasks\w+|IO\w+|Nice|OOM\w+|LockPersonality|ReadWritePaths|ReadOnlyPaths|StartLimit\w+|SyslogIdentifier|KillMode|UMask|RuntimeDirectory\w*|StateDirectory\w*|LogsDirectory\w*|ConfigurationDirectory\w*|PIDFile|Slice|Delegate)$/;
const read = new Set(
  'Type Exec ExecStart ExecStartPre ExecStartPost ExecStop ExecReload Environment EnvironmentFile WorkingDirectory User Group Restart RestartSec TimeoutStopSec TimeoutStartSec KillSignal StandardOutput StandardError RemainAfterExit SuccessExitStatus'.split(
    ' ',
  ),
);

/** `orders`, `orders.service` and instances of a template (`orders@3001`); undefined when there is no file. */
exports.readUnit = function readUnit(name) {
  const [, template, instance] = /^(.*@)(.+)$/.exec(name) ?? [];
  const file = fileOf(`${name}.service`) ?? (template && fileOf(`${template}.service`));
  if (!file) return undefined;
  const text = [file, ...dropIns(`${name}.service`)].map((path) => lead(readFileSync(path, 'utf8'))).join('\n');
  return compile(sectionsOf(text), { name, instance });
};

exports.unitNames = () =>
  folders
    .filter(existsSync)
    .flatMap((folder) => readdirSync(folder))
    .filter((file) => file.endsWith('.service'))
    .map((file) => file.replace(/\.service$/, ''));

function fileOf(file) {
  return folders.map((folder) => `${folder}/${file}`).find((path) => existsSync(path));
}

function dropIns(file) {
  const folder = lead(`/etc/systemd/system/${file}.d`);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.conf'))
    .sort()
    .map((name) => `${folder}/${name}`);
}

/** [section, key, value] of every line, in order. */
function sectionsOf(text) {
  let section = '';
  const lines = [];
  for (const line of text
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map((each) => each.trim())) {
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const head = /^\[(\w+)\]$/.exec(line);
    const [, key, value] = /^([A-Za-z]+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (head) section = head[1];
    else if (key) lines.push([section, key, value]);
  }
  return lines;
}

function compile(lines, { name, instance = '' }) {
  const specifiers = {
    n: `${name}.service`,
    N: name,
    i: instance,
    I: instance,
    p: name.replace(/@.*/, '@').replace(/@$/, ''),
    '%': '%',
    H: hostname(),
  };
  const expand = (value) => value.replace(/%([nNiIpH%])/g, (_, letter) => specifiers[letter]);
  /** An empty value forgets what was said before, as in a drop-in. */
  const all = (key, section = 'Service') => {
    const values = lines.filter(([at, found]) => at === section && found === key).map(([, , value]) => expand(value));
    return values.slice(values.lastIndexOf('') + 1);
  };
  const last = (key) => all(key).at(-1);
  const words = (key, section) => all(key, section).flatMap((value) => value.split(/\s+/).filter(Boolean));
  const unknown = lines.filter(([section, key]) => section === 'Service' && !read.has(key)).map(([, key]) => key);
  return {
    name,
    type: last('Type') ?? 'simple',
    start: all('ExecStart'),
    before: all('ExecStartPre'),
    after: all('ExecStartPost'),
    stop: all('ExecStop'),
    reload: all('ExecReload'),
    folder: last('WorkingDirectory')?.replace(/^-/, ''),
    user: last('User'),
    group: last('Group'),
    restart: last('Restart') ?? 'no',
    restartMs: secondsOf(last('RestartSec') ?? '0.1') * 1000,
    stopMs: secondsOf(last('TimeoutStopSec') ?? '5') * 1000,
    killSignal: last('KillSignal') ?? 'SIGTERM',
    remains: /^(yes|true|1|on)$/i.test(last('RemainAfterExit') ?? ''),
    success: words('SuccessExitStatus').map(Number),
    output: { stdout: last('StandardOutput') ?? 'journal', stderr: last('StandardError') ?? 'inherit' },
    environment: environmentOf(all('EnvironmentFile'), all('Environment')),
    needs: [...words('Requires', 'Unit'), ...words('Wants', 'Unit'), ...words('BindsTo', 'Unit')].filter(isService),
    later: words('After', 'Unit').filter(isService),
    wantedBy: [...words('WantedBy', 'Install'), ...words('RequiredBy', 'Install')],
    withoutEffect: [...new Set(unknown.filter((key) => withoutEffect.test(key)))],
    unknown: [...new Set(unknown.filter((key) => !withoutEffect.test(key)))],
  };
}

const isService = (unit) => unit.endsWith('.service');

function environmentOf(files, lines) {
  const environment = {};
  for (const line of lines)
    for (const [, whole, , double, single] of line.matchAll(/("([^"]*)"|'[^']*'|[^\s"']+(?:"([^"]*)"|'([^']*)')?)/g)) {
      const word = /^(["']).*\1$/.test(whole) ? whole.slice(1, -1) : whole;
      const at = word.indexOf('=');
      if (at > 0) environment[word.slice(0, at)] = double ?? single ?? word.slice(at + 1);
    }
  for (const given of files) {
    const path = given.replace(/^-/, '');
    if (!existsSync(path)) {
      if (given.startsWith('-')) continue;
      throw new Error(`Failed to load environment files: ${path}: No such file or directory`);
    }
    for (const line of lead(readFileSync(path, 'utf8')).split('\n')) {
      const [, name, value] = /^\s*(?:export\s+)?([A-Za-z_]\w*)=(.*)$/.exec(line) ?? [];
      if (name) environment[name] = value.trim().replace(/^(["'])(.*)\1$/, '$2');
    }
  }
  return environment;
}

/** "Parsing time spans", systemd.time(7): 5, 5s, 500ms, 1min 30s. */
function secondsOf(text) {
  const units = { ms: 0.001, s: 1, sec: 1, m: 60, min: 60, h: 3600 };
  if (text === 'infinity') return 86_400;
  let seconds = 0;
  for (const [, number, unit] of text.matchAll(/([\d.]+)\s*([a-z]*)/g))
    seconds += Number(number) * (units[unit || 's'] ?? 1);
  return seconds;
}

function hostname() {
  return readFileSync(lead('/etc/hostname'), 'utf8').trim();
}

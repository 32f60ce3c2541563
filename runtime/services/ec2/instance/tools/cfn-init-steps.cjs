'use strict';
// The keys of a config of AWS::CloudFormation::Init, each done as its section of the User Guide says.
const { spawnSync } = require('node:child_process');
const { chmodSync, chownSync, lchownSync, mkdirSync, rmSync, symlinkSync, writeFileSync } = require('node:fs');
const { dirname } = require('node:path');
const { hasOwnRoot, lead, oneUser } = require('../root.cjs');
const { groupOf, userOf } = require('../users.cjs');
const { extract } = require('./archive.cjs');
const { fetch } = require('./cfn-init-fetch.cjs');

exports.packages = function packages(managers, { changed, log }) {
  for (const [manager, named] of Object.entries(managers)) {
    if (manager !== 'yum' && manager !== 'dnf')
      throw new Error(
        `packages of ${manager} are refused: an instance of Orrery knows yum and dnf, and has this machine's programs.`,
      );
    const names = Object.keys(named);
    must(spawnSync(lead('/usr/local/bin/dnf'), ['install', '-y', ...names], { encoding: 'utf8' }), 'dnf', log);
    for (const name of names) changed.packages.add(`${manager} ${name}`);
  }
};

exports.groups = function groups(wanted, { log }) {
  checkOwnRoot('groups');
  for (const [name, { gid } = {}] of Object.entries(wanted))
    if (groupOf(name) === undefined)
      must(spawnSync('groupadd', [...(gid ? ['-g', String(gid)] : []), name], { encoding: 'utf8' }), name, log);
};

/** "users": without a login shell, and without being changed where they are. */
exports.users = function users(wanted, { log }) {
  checkOwnRoot('users');
  for (const [name, { uid, groups: groupNames = [], homeDir } = {}] of Object.entries(wanted)) {
    if (userOf(name)) continue;
    const args = [
      ...(uid ? ['-u', String(uid)] : []),
      ...(groupNames.length > 0 ? ['-G', groupNames.join(',')] : []),
      ...(homeDir ? ['-d', homeDir] : []),
    ];
    must(spawnSync('useradd', [...args, '-M', '-r', '-s', '/sbin/nologin', name], { encoding: 'utf8' }), name, log);
  }
};

exports.sources = async function sources(wanted, access) {
  for (const [folder, url] of Object.entries(wanted)) {
    extract(await fetch(url, access), folder);
    access.changed.sources.add(folder);
  }
};

const defaultMode = '000644';

exports.files = async function files(wanted, access) {
  for (const [path, file] of Object.entries(wanted)) {
    if (file.context) throw new Error(`context of the file ${path} is refused: Mustache templates are not filled in.`);
    mkdirSync(dirname(path), { recursive: true });
    const { mode = defaultMode } = file;
    const owner = ownerOf(file);
    rmSync(path, { force: true });
    // "Symlinks": a mode of 120xxx, and the content is the target.
    if (mode.startsWith('120')) {
      symlinkSync(String(file.content), path);
      if (!oneUser) lchownSync(path, owner.uid, owner.gid);
    } else {
      writeFileSync(path, await contentOf(file, access));
      chmodSync(path, Number.parseInt(mode.slice(-4), 8));
      if (!oneUser) chownSync(path, owner.uid, owner.gid);
    }
    access.changed.files.add(path);
  }
};

async function contentOf({ content, source, encoding, authentication }, access) {
  if (source !== undefined) return fetch(source, access, authentication);
  if (typeof content === 'object') return JSON.stringify(content);
  return Buffer.from(String(content ?? ''), encoding === 'base64' ? 'base64' : 'utf8');
}

/** useradd and groupadd know one machine, this one. */
function checkOwnRoot(key) {
  if (!hasOwnRoot)
    throw new Error(`${key} are refused: this instance has no root of its own, and so no users (see its console).`);
}

function ownerOf({ owner = 'root', group = 'root' }) {
  const uid = userOf(owner)?.uid;
  const gid = groupOf(group);
  if (uid === undefined) throw new Error(`${owner} is not a valid user name`);
  if (gid === undefined) throw new Error(`${group} is not a valid group name`);
  return { uid, gid };
}

/** In the order of their names. One whose `test` fails is left out; one that fails ends all but where errors are ignored. */
exports.commands = function commands(wanted, { changed, log }) {
  for (const name of Object.keys(wanted).sort()) {
    const { command, cwd, env, test, ignoreErrors } = wanted[name];
    const how = { cwd, env: env ? { ...process.env, ...env } : process.env, encoding: 'utf8' };
    if (test && spawnSync('/bin/sh', ['-c', test], how).status !== 0) continue;
    const [program, ...args] = Array.isArray(command) ? command : ['/bin/sh', '-c', command];
    const ended = spawnSync(program, args, how);
    log(`command ${name}: ${ended.stdout ?? ''}${ended.stderr ?? ''}`);
    if (!isTrue(ignoreErrors)) must(ended, `Command ${name}`, log);
    changed.commands.add(name);
  }
};

exports.services = function services(managers, { changed, log }) {
  for (const [manager, wanted] of Object.entries(managers)) {
    if (manager !== 'systemd' && manager !== 'sysvinit')
      throw new Error(`services of ${manager} are refused: an instance of Orrery has systemd.`);
    for (const [name, service] of Object.entries(wanted)) {
      const systemctl = (verb) =>
        must(spawnSync(lead('/usr/local/bin/systemctl'), [verb, name], { encoding: 'utf8' }), name, log);
      if (service.enabled !== undefined) systemctl(isTrue(service.enabled) ? 'enable' : 'disable');
      if (service.ensureRunning !== undefined) {
        const runs = spawnSync(lead('/usr/local/bin/systemctl'), ['is-active', name]).status === 0;
        if (isTrue(service.ensureRunning) !== runs) systemctl(runs ? 'stop' : 'start');
        else if (runs && isTouched(service, changed)) systemctl('restart');
      } else if (isTouched(service, changed)) systemctl('restart');
    }
  }
};

/** Whether what the service rests on has been changed by this config. */
function isTouched({ files = [], sources = [], commands = [], packages = {} }, changed) {
  const names = Object.entries(packages).flatMap(([manager, list]) =>
    [list].flat().map((name) => `${manager} ${name}`),
  );
  return (
    files.some((each) => changed.files.has(each)) ||
    sources.some((each) => changed.sources.has(each)) ||
    commands.some((each) => changed.commands.has(each)) ||
    names.some((each) => changed.packages.has(each))
  );
}

function isTrue(value) {
  return value === true || value === 'true';
}

function must({ status, error, stdout, stderr }, name, log) {
  const said = `${stdout ?? ''}${stderr ?? ''}`.trim();
  if (status === 0) return;
  log(`${name}: ${said}`);
  throw new Error(`${name} failed${error ? `: ${error.message}` : said ? `: ${said}` : ` with exit status ${status}`}`);
}

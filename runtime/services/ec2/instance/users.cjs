'use strict';
// Users and groups of the instance's own /etc/passwd, for services and files that are to be somebody's.
const { readFileSync } = require('node:fs');
const { lead } = require('./root.cjs');

/** Undefined when there is no such user. A number stands for itself. */
exports.userOf = function userOf(name) {
  const line = find('/etc/passwd', name);
  if (!line) return undefined;
  const [user, , uid, gid, , home, shell] = line;
  return { user, uid: Number(uid), gid: Number(gid), home, shell };
};

exports.groupOf = function groupOf(name) {
  const line = find('/etc/group', name);
  return line && Number(line[2]);
};

function find(file, name) {
  const lines = readFileSync(lead(file), 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  return lines.find((fields) => fields[0] === name || (/^\d+$/.test(name) && fields[2] === name));
}

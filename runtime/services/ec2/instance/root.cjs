'use strict';
// Where the instance has its root. Mostly that is /, put around it. Where no root can be made (without user namespaces, or on
// request) it is a folder, and the paths that scripts, unit files and cfn-init name are led into it; what programs open by
// themselves is not.
const root = process.env.ORRERY_ROOT ?? '';
const own = 'etc|var|opt|home|root|srv|tmp|run|usr/local|usr/bin/node';
const named = new RegExp(
  `(?<![\\w.$})~*?@%+/-])(?!${root.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}/)/(?:${own})(?=$|[/\\s"'\`;:,)|&<>=\\]}\\\\])`,
  'gm',
);

/** The text with its paths of the instance's own folders as they are found by programs. */
exports.lead = (text) => (root === '' ? text : text.replace(named, (path) => `${root}${path}`));

/** A value of JSON, with every text in it led. */
exports.leadAll = function leadAll(value) {
  if (root === '') return value;
  if (typeof value === 'string') return exports.lead(value);
  if (Array.isArray(value)) return value.map(leadAll);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [exports.lead(key), leadAll(each)]));
};

exports.hasOwnRoot = root === '';

/** All of the instance runs as one user of this machine (level loopback): what asks for another user is told so. */
exports.oneUser = process.env.ORRERY_ONE_USER === '1';

'use strict';
// cfn-init: does what AWS::CloudFormation::Init in a resource's metadata says, in the order AWS gives: packages, groups,
// users, sources, files, commands, services ("AWS::CloudFormation::Init", CloudFormation User Guide).
const { appendFileSync } = require('node:fs');
const { lead, leadAll } = require('../root.cjs');
const { cloudformation, element, options } = require('./cloudformation.cjs');
const { region: ownRegion } = require('./metadata.cjs');
const steps = require('./cfn-init-steps.cjs');

const shorts = { s: 'stack', r: 'resource', c: 'configsets', v: 'verbose' };
const known = ['stack', 'resource', 'configsets', 'region', 'role', 'url', 'verbose'];

async function main() {
  const given = options(process.argv.slice(2), shorts, ['verbose']);
  const refused = Object.keys(given).find((name) => name !== 'args' && !known.includes(name));
  if (refused)
    throw new Error(`cfn-init --${refused} is refused: an instance of Orrery knows --${known.join(', --')}.`);
  const where = { region: given.region ?? (await ownRegion()), role: given.role };
  const metadata = await metadataOf(given, where);
  const init = metadata['AWS::CloudFormation::Init'];
  if (!init) throw new Error('Could not find AWS::CloudFormation::Init in the metadata of the resource');
  const access = { authentication: metadata['AWS::CloudFormation::Authentication'] ?? {}, ...where };
  for (const name of configsOf(init, (given.configsets ?? 'default').split(','))) await run(init[name], name, access);
}

async function metadataOf({ stack, resource }, where) {
  if (!stack || !resource) throw new Error('You must specify --stack and --resource');
  const text = await cloudformation('DescribeStackResource', { StackName: stack, LogicalResourceId: resource }, where);
  return JSON.parse(element(text, 'Metadata') ?? '{}');
}

/** The configs of these sets in order. Without sets there is one config, named config. */
function configsOf(init, sets) {
  if (!init.configSets) {
    if (sets.join() !== 'default') throw new Error(`No ConfigSets are defined, and ${sets} was asked for`);
    return ['config'];
  }
  return sets.flatMap((set) => membersOf(init, set, []));
}

function membersOf(init, set, within) {
  const members = init.configSets[set];
  if (!members) throw new Error(`Could not find a ConfigSet named ${set}`);
  if (within.includes(set)) throw new Error(`ConfigSet ${set} contains itself`);
  return [members].flat().flatMap((member) => {
    if (typeof member === 'object') return membersOf(init, member.ConfigSet, [...within, set]);
    if (!init[member]) throw new Error(`Could not find a config named ${member}`);
    return [member];
  });
}

const order = ['packages', 'groups', 'users', 'sources', 'files', 'commands', 'services'];

async function run(config, name, access) {
  if (!config) throw new Error(`Could not find a config named ${name}`);
  const unknown = Object.keys(config).find((key) => !order.includes(key));
  if (unknown) throw new Error(`${unknown} in config ${name} is refused: no such key is known`);
  /** What this config changed, for services that are to be restarted by it. */
  const changed = { packages: new Set(), sources: new Set(), files: new Set(), commands: new Set() };
  for (const key of order) {
    if (!config[key]) continue;
    log(`${name}: ${key}`);
    await steps[key](leadAll(config[key]), { ...access, changed, log });
  }
}

function log(text) {
  appendFileSync(lead('/var/log/cfn-init.log'), `${new Date().toISOString()} ${text}\n`);
}

main().then(
  () => log('done'),
  (error) => {
    log(`failed: ${error.message}`);
    process.stderr.write(`Error occurred during build: ${error.message}\n`);
    process.exit(1);
  },
);

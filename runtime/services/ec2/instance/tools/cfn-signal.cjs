'use strict';
// cfn-signal: tells CloudFormation how an instance's set-up ended ("cfn-signal", CloudFormation User Guide).
const { send } = require('./aws-call.cjs');
const { cloudformation, options } = require('./cloudformation.cjs');
const { metadata, region: ownRegion } = require('./metadata.cjs');

const shorts = { s: 'success', r: 'reason', d: 'data', i: 'id', e: 'exit-code', v: 'verbose' };
const known = 'success reason data id exit-code stack resource region role url verbose'.split(' ');

async function main() {
  const given = options(process.argv.slice(2), shorts, ['verbose']);
  const refused = Object.keys(given).find((name) => name !== 'args' && !known.includes(name));
  if (refused)
    throw new Error(`cfn-signal --${refused} is refused: an instance of Orrery knows --${known.join(', --')}.`);
  const well = given['exit-code'] === undefined ? given.success !== 'false' : given['exit-code'] === '0';
  const Status = well ? 'SUCCESS' : 'FAILURE';
  const UniqueId = given.id ?? (await metadata('meta-data/instance-id'));
  if (!given.stack)
    return toHandle(given.args[0], { Status, UniqueId, Reason: given.reason ?? '', Data: given.data ?? '' });
  const input = { StackName: given.stack, LogicalResourceId: given.resource ?? '', UniqueId, Status };
  await cloudformation('SignalResource', input, { region: given.region ?? (await ownRegion()), role: given.role });
}

/** A wait condition handle's URL is presigned: it needs no signature. It may have been given in base64. */
async function toHandle(handle, signal) {
  if (!handle) throw new Error('Must specify either a wait condition handle URL or --stack and --resource');
  const url = new URL(/^https?:/.test(handle) ? handle : String(Buffer.from(handle, 'base64')));
  const inside = url.hostname.startsWith('127.');
  const { status } = await send({
    host: inside ? `s3.${await ownRegion()}.amazonaws.com` : url.hostname,
    port: inside ? 4566 : url.port || (url.protocol === 'https:' ? 443 : 80),
    protocol: inside ? 'http:' : url.protocol,
    method: 'PUT',
    path: url.pathname + url.search,
    headers: { 'content-type': '' },
    body: JSON.stringify(signal),
  });
  if (status >= 300) throw new Error(`the wait condition handle answered ${status}`);
}

main().catch((error) => {
  process.stderr.write(`Error: ${error.message}\n`);
  process.exit(1);
});

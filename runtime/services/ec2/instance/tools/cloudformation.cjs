'use strict';
// CloudFormation as cfn-init and cfn-signal ask it: without a role they show the instance's identity document, which AWS
// accepts for the instance's own stack ("CloudFormation helper scripts reference").
const { call } = require('./aws-call.cjs');
const { metadata } = require('./metadata.cjs');
const { element } = require('./s3.cjs');

exports.cloudformation = async function cloudformation(action, input, { region, role }) {
  const body = new URLSearchParams({ Action: action, Version: '2010-05-15', ...input }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  if (!role) headers.authorization = await identity();
  const { status, body: said } = await call({
    service: 'cloudformation',
    region,
    headers,
    body,
    role,
    unsigned: !role,
  });
  const text = String(said);
  if (status >= 300) throw new Error(`${element(text, 'Code')}: ${element(text, 'Message')}`);
  return text;
};

async function identity() {
  const [document, signature] = await Promise.all(
    ['document', 'signature'].map((name) => metadata(`dynamic/instance-identity/${name}`)),
  );
  return `CFN_V1 ${Buffer.from(document).toString('base64')}:${signature.replaceAll('\n', '')}`;
}

exports.element = element;

/** --name value, --name=value and the short ones given; the rest as `args`. */
exports.options = function options(argv, shorts, flags) {
  const found = { args: [] };
  for (let at = 0; at < argv.length; at += 1) {
    const [, long, value] = /^--([a-z-]+)(?:=(.*))?$/s.exec(argv[at]) ?? [];
    const name = long ?? shorts[argv[at].replace(/^-/, '')];
    if (!argv[at].startsWith('-')) found.args.push(argv[at]);
    else if (name === undefined) throw new Error(`no such option: ${argv[at]}`);
    else if (flags.includes(name)) found[name] = true;
    else if (value !== undefined) found[name] = value;
    else {
      at += 1;
      found[name] = argv[at];
    }
  }
  return found;
};

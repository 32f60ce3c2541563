'use strict';
// `aws` where the machine has no AWS CLI: what UserData asks for, with the CLI's options and answers. The rest is refused.
const { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } = require('node:fs');
const { basename, dirname, join } = require('node:path');
const { call, json } = require('./aws-call.cjs');
const s3 = require('./s3.cjs');

const flags = [
  'recursive',
  'quiet',
  'only-show-errors',
  'no-progress',
  'with-decryption',
  'no-cli-pager',
  'delete',
  'no-with-decryption',
];

async function main(argv) {
  const { args, given } = parse(argv);
  const [service, verb, ...rest] = args;
  const region = given.region;
  const act = commands[`${service} ${verb}`];
  if (!act)
    throw new Error(
      `aws ${service ?? ''} ${verb ?? ''} is refused: this machine has no AWS CLI under /usr; without it an instance of Orrery knows ${Object.keys(commands).join(', ')}.`,
    );
  const answer = await act(rest, given, region);
  if (answer !== undefined)
    print(chosen(answer, given.query), given.output ?? process.env.AWS_DEFAULT_OUTPUT ?? 'json');
}

function parse(argv) {
  const [args, given] = [[], {}];
  for (let at = 0; at < argv.length; at += 1) {
    const [, name, value] = /^--([a-z0-9-]+)(?:=(.*))?$/s.exec(argv[at]) ?? [];
    if (!name) args.push(argv[at]);
    else if (flags.includes(name)) given[name] = true;
    else if (value !== undefined) given[name] = value;
    else {
      at += 1;
      given[name] = argv[at];
    }
  }
  return { args, given };
}

const input = (given, names) =>
  Object.fromEntries(
    Object.entries(given)
      .filter(([name]) => !['region', 'query', 'output', 'no-cli-pager'].includes(name))
      .map(([name, value]) => {
        const member = names[name];
        if (!member)
          throw new Error(
            `--${name} is refused here: an instance of Orrery knows --${Object.keys(names).join(', --')}.`,
          );
        return [member, value];
      }),
  );

const commands = {
  's3 cp': ([from, to], given, region) => copy(from, to, { recursive: given.recursive, region }),
  's3 sync': ([from, to], given, region) => {
    if (given.delete) throw new Error('aws s3 sync --delete is refused in an instance of Orrery.');
    return copy(from, to, { recursive: true, region });
  },
  async 's3 ls'([address], _given, region) {
    const { bucket, key } = placeOf(address);
    for (const { key: name, size, modified } of await s3.list({ bucket, prefix: key, region }))
      process.stdout.write(`${modified.replace('T', ' ').slice(0, 19)} ${String(size).padStart(10)} ${name}\n`);
  },
  async 's3 rm'([address]) {
    await s3.remove(placeOf(address));
  },
  'ssm get-parameter': (_, given, region) => {
    const { 'with-decryption': WithDecryption = false, ...rest } = given;
    return json({
      service: 'ssm',
      target: 'AmazonSSM.GetParameter',
      region,
      input: { ...input(rest, { name: 'Name' }), WithDecryption },
    });
  },
  'secretsmanager get-secret-value': (_, given, region) =>
    json({
      service: 'secretsmanager',
      target: 'secretsmanager.GetSecretValue',
      region,
      input: input(given, { 'secret-id': 'SecretId', 'version-id': 'VersionId', 'version-stage': 'VersionStage' }),
    }),
  'autoscaling complete-lifecycle-action': (_, given, region) => lifeCycle('CompleteLifecycleAction', given, region),
  'autoscaling record-lifecycle-action-heartbeat': (_, given, region) =>
    lifeCycle('RecordLifecycleActionHeartbeat', given, region),
  async 'cloudwatch put-metric-data'(_, given, region) {
    const { namespace, 'metric-name': MetricName, value: Value, unit: Unit, dimensions = '', ...rest } = given;
    input(rest, {});
    const Dimensions = dimensions
      .split(',')
      .filter(Boolean)
      .map((pair) => pair.split('='));
    const told = {
      Namespace: namespace,
      'MetricData.member.1.MetricName': MetricName,
      'MetricData.member.1.Value': Value,
    };
    if (Unit) told['MetricData.member.1.Unit'] = Unit;
    for (const [index, [Name, of]] of Dimensions.entries()) {
      told[`MetricData.member.1.Dimensions.member.${index + 1}.Name`] = Name;
      told[`MetricData.member.1.Dimensions.member.${index + 1}.Value`] = of;
    }
    await query({ service: 'monitoring', action: 'PutMetricData', version: '2010-08-01', told, region });
  },
  async 'sts get-caller-identity'(_, _given, region) {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const { body } = await call({
      service: 'sts',
      region,
      headers,
      body: 'Action=GetCallerIdentity&Version=2011-06-15',
    });
    const text = String(body);
    const [UserId, Account, Arn] = ['UserId', 'Account', 'Arn'].map((name) => s3.element(text, name));
    if (!Arn)
      throw new Error(
        `An error occurred (${s3.element(text, 'Code')}) when calling the GetCallerIdentity operation: ${s3.element(text, 'Message')}`,
      );
    return { UserId, Account, Arn };
  },
};

const lifeCycleOptions = {
  'lifecycle-hook-name': 'LifecycleHookName',
  'auto-scaling-group-name': 'AutoScalingGroupName',
  'lifecycle-action-result': 'LifecycleActionResult',
  'lifecycle-action-token': 'LifecycleActionToken',
  'instance-id': 'InstanceId',
};

function lifeCycle(action, given, region) {
  return query({ service: 'autoscaling', action, version: '2011-01-01', told: input(given, lifeCycleOptions), region });
}

/** One call of a service that speaks AWS's query protocol, whose answer says nothing but that it was done. */
async function query({ service, action, version, told, region }) {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const body = new URLSearchParams({ Action: action, Version: version, ...told }).toString();
  const { status, body: said } = await call({ service, region, headers, body });
  if (status < 300) return;
  const [code, message] = ['Code', 'Message'].map((name) => s3.element(String(said), name));
  throw new Error(`An error occurred (${code}) when calling the ${action} operation: ${message}`);
}

async function copy(from, to, { recursive, region }) {
  const [source, target] = [from, to].map((each) => (each?.startsWith('s3://') ? placeOf(each) : undefined));
  if (source && target) throw new Error('aws s3 cp between buckets is refused in an instance of Orrery.');
  if (!source && !target) throw new Error('one of the two must be an address of S3: s3://bucket/key');
  if (source && recursive) {
    for (const { key } of await s3.list({ bucket: source.bucket, prefix: source.key, region }))
      await download({ bucket: source.bucket, key, region }, join(to, key.slice(source.key.length)));
  } else if (source) await download({ ...source, region }, to);
  else if (recursive)
    for (const file of filesIn(from))
      await upload(join(from, file), { bucket: target.bucket, key: join(target.key, file), region });
  else
    await upload(from, {
      ...target,
      key: target.key === '' || target.key.endsWith('/') ? target.key + basename(from) : target.key,
      region,
    });
}

async function download({ bucket, key, region }, to) {
  const body = await s3.read({ bucket, key, region });
  if (to === '-') return void process.stdout.write(body);
  const isFolder = to.endsWith('/') || statSync(to, { throwIfNoEntry: false })?.isDirectory();
  const path = isFolder ? join(to, basename(key)) : to;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, body);
  process.stdout.write(`download: s3://${bucket}/${key} to ${path}\n`);
}

async function upload(path, { bucket, key, region }) {
  await s3.write({ bucket, key, region, body: readFileSync(path === '-' ? 0 : path) });
  process.stdout.write(`upload: ${path} to s3://${bucket}/${key}\n`);
}

function filesIn(folder, below = '') {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const name = join(below, entry.name);
    return entry.isDirectory() ? filesIn(folder, name) : [name];
  });
}

function placeOf(address) {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(address ?? '') ?? [];
  if (!bucket) throw new Error(`${address} is no address of S3: s3://bucket/key`);
  return { bucket, key };
}

/** --query: names and indices, as Parameter.Value; the rest of JMESPath is refused. */
function chosen(answer, query) {
  if (query === undefined) return answer;
  if (!/^[A-Za-z_][\w]*(\.[A-Za-z_]\w*|\[\d+\])*$/.test(query))
    throw new Error(`--query ${query} is refused: names and indices are looked up, as in Parameter.Value.`);
  return query
    .split(/[.[\]]+/)
    .filter(Boolean)
    .reduce((value, name) => value?.[name], answer);
}

function print(value, output) {
  if (output === 'text') process.stdout.write(`${value ?? 'None'}\n`);
  else process.stdout.write(`${JSON.stringify(value ?? null, undefined, 4)}\n`);
}

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`\n${error.message}\n`);
  process.exit(/is refused/.test(error.message) ? 252 : 254);
});

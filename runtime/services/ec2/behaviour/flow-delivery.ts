import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { authorization } from '../../../kernel/authorizer.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import type { Context } from '../../../kernel/service.ts';
import type { FlowLog } from '../network-state.ts';
import { type FlowSeen, fieldsOf, recordOf } from './flow-fields.ts';

/** Puts records where a flow log's are kept. */
export async function deliver(ctx: Context, log: FlowLog, seen: readonly FlowSeen[]): Promise<void> {
  if (log.bucket) await toBucket(ctx, log, log.bucket, seen);
  else await toLogGroup(ctx, log, seen);
}

/** "Publish flow logs to CloudWatch Logs": a stream for each interface, written with the role that the flow log names. */
async function toLogGroup(ctx: Context, log: FlowLog, seen: readonly FlowSeen[]): Promise<void> {
  const { principal } = authorizerOf(ctx).assumeRole(ctx, {
    roleArn: log.DeliverLogsPermissionArn ?? '',
    sessionName: log.FlowLogId,
    by: servicePrincipal('vpc-flow-logs.amazonaws.com', ctx.account),
  });
  const logs = ctx.as({ principal });
  const logGroupName = log.LogGroupName;
  const timestamp = ctx.clock.now();
  for (const [id, records] of Map.groupBy(seen, ({ face }) => face.NetworkInterfaceId)) {
    const logStreamName = `${id}-${log.TrafficType.toLowerCase()}`;
    try {
      await logs.call('logs', 'CreateLogStream', { logGroupName, logStreamName });
    } catch (error) {
      if ((error as AwsError).code !== 'ResourceAlreadyExistsException') throw error;
    }
    // PutLogEvents takes at most 10,000 events at once.
    for (let first = 0; first < records.length; first += 10_000) {
      const some = records.slice(first, first + 10_000);
      const logEvents = some.map((each) => ({ timestamp, message: recordOf(log.LogFormat, each) }));
      await logs.call('logs', 'PutLogEvents', { logGroupName, logStreamName, logEvents });
    }
  }
}

/** "Flow log files": compressed, with a line of field names, under AWS's own keys. */
async function toBucket(
  ctx: Context,
  log: FlowLog,
  { Bucket, prefix, hive, hourly }: NonNullable<FlowLog['bucket']>,
  seen: readonly FlowSeen[],
): Promise<void> {
  const { account, region } = ctx;
  const text = [fieldsOf(log.LogFormat).join(' '), ...seen.map((each) => recordOf(log.LogFormat, each)), ''].join('\n');
  const Body = gzipSync(text);
  const [year = '', month = '', day = '', hour = '', minute = ''] = new Date(ctx.clock.now())
    .toISOString()
    .split(/[-T:]/);
  const at = { 'aws-account-id': account, 'aws-service': 'vpcflowlogs', 'aws-region': region, year, month, day, hour };
  const parts = Object.entries(at).filter(([name]) => name !== 'hour' || hourly);
  const folders = parts.map(([name, value]) => (hive ? `${name}=${value}` : value)).join('/');
  const hash = createHash('sha256').update(Body).update(log.FlowLogId).digest('hex').slice(0, 8);
  const file = `${account}_vpcflowlogs_${region}_${log.FlowLogId}_${year}${month}${day}T${hour}${minute}Z_${hash}.log.gz`;
  const by = servicePrincipal('delivery.logs.amazonaws.com', account, {
    sourceArn: `arn:aws:logs:${region}:${account}:*`,
  });
  const Key = `${prefix}AWSLogs/${folders}/${file}`;
  await ctx.as({ principal: by }).call('s3', 'PutObject', { Bucket, Key, Body, ACL: 'bucket-owner-full-control' });
}

/** "Amazon S3 bucket permissions for flow logs": a bucket without a policy is given this one by who makes the flow log. */
export async function letDeliver(ctx: Context, { Bucket, prefix }: { Bucket: string; prefix: string }): Promise<void> {
  try {
    await ctx.call('s3', 'GetBucketPolicy', { Bucket });
    return;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    if (error.code !== 'NoSuchBucketPolicy')
      throw new AwsError('InvalidParameter', `LogDestination: ${Bucket} is not accessible: ${error.message}`);
  }
  const { account, region } = ctx;
  const allow = {
    Effect: 'Allow',
    Principal: { Service: 'delivery.logs.amazonaws.com' },
    Condition: {
      StringEquals: { 'aws:SourceAccount': account },
      ArnLike: { 'aws:SourceArn': `arn:aws:logs:${region}:${account}:*` },
    },
  };
  const arn = `arn:aws:s3:::${Bucket}`;
  const Statement = [
    { Sid: 'AWSLogDeliveryWrite', ...allow, Action: 's3:PutObject', Resource: `${arn}/${prefix}AWSLogs/*` },
    { Sid: 'AWSLogDeliveryAclCheck', ...allow, Action: ['s3:GetBucketAcl', 's3:ListBucket'], Resource: arn },
  ];
  const Policy = JSON.stringify({ Version: '2012-10-17', Id: 'AWSLogDeliveryWrite20150319', Statement });
  await ctx.call('s3', 'PutBucketPolicy', { Bucket, Policy });
}

function authorizerOf(ctx: Context) {
  const authorizer = ctx.engine(authorization).current;
  if (!authorizer) throw new AwsError('AccessDenied', 'roles cannot be assumed: the iam service does not run');
  return authorizer;
}

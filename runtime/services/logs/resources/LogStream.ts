import { defineResource } from '../../../kernel/resource.ts';

interface LogStreamProperties {
  LogGroupName: string;
  LogStreamName?: string;
}

/** AWS::Logs::LogStream. Ref is the stream's name; every change replaces it. */
export const LogStream = defineResource<LogStreamProperties>({
  type: 'AWS::Logs::LogStream',
  properties: { LogGroupName: 'executed', LogStreamName: 'executed' },
  async create(ctx, properties) {
    const logStreamName = properties.LogStreamName ?? ctx.generateName({ maxLength: 512 });
    await ctx.call('logs', 'CreateLogStream', { logGroupName: properties.LogGroupName, logStreamName });
    return { physicalId: logStreamName };
  },
  async delete(ctx, logStreamName, { LogGroupName }) {
    await ctx
      .call('logs', 'DeleteLogStream', { logGroupName: LogGroupName, logStreamName })
      .catch((error: { code?: string }) => {
        if (error.code !== 'ResourceNotFoundException') throw error;
      });
  },
});

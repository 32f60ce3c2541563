import { defineResource } from '../../../kernel/resource.ts';
import { openHandle, responseDesk } from '../behaviour/wait-handles.ts';

/** Its physical id is the URL that signals are PUT to. */
export default defineResource({
  type: 'AWS::CloudFormation::WaitConditionHandle',
  properties: {},
  async create(ctx) {
    const token = ctx.ids.secret(43);
    openHandle(ctx, token);
    return { physicalId: ctx.engine(responseDesk).url(token) };
  },
  async delete(ctx, physicalId) {
    ctx.engine(responseDesk).close(physicalId.split('/').at(-1) ?? '');
  },
});

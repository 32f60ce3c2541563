import { defineResource } from '../../../kernel/resource.ts';
import { closeHandle, openHandle } from '../behaviour/wait-handles.ts';

/** Its physical id is the URL that signals are PUT to. */
export default defineResource({
  type: 'AWS::CloudFormation::WaitConditionHandle',
  properties: {},
  async create(ctx) {
    return { physicalId: openHandle(ctx) };
  },
  async delete(ctx, physicalId) {
    closeHandle(ctx, physicalId);
  },
});

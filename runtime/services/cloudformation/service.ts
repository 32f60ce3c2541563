import { deployments } from '../../engines/cloudformation/deployment/deployments.ts';
import { defineService } from '../../kernel/service.ts';
import { access } from './authorization.ts';
import * as events from './operations/events.ts';
import * as stacks from './operations/stacks.ts';

export default defineService({
  name: 'cloudformation',
  actionPrefix: 'cloudformation',
  operations: { ...events, ...stacks },
  authorization: access,
  accessDenied: { code: 'AccessDenied', status: 403 },
  // Everything whose resources a deployment that is taken up again may touch.
  dependencies: [
    'iam', 'sts', 'kms', 's3', 'logs', 'cloudwatch', 'ssm', 'secretsmanager', 'sqs', 'sns', 'dynamodb', 'dynamodbstreams',
    'lambda', 'events', 'apigatewayv2', 'cloudfront', 'ecr',
  ],
  start(kernel) {
    const machine = kernel.engine(deployments);
    kernel.clock.after(0, 'take up deployments', () => machine.resume());
    return { stop: () => machine.stop() };
  },
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { stackMachines } from '../../engines/cloudformation/deployment/stack-machines.ts';
import { stackStore } from '../../engines/cloudformation/stacks/stack-store.ts';
import { instanceIdentity } from '../../engines/compute/instance-identity.ts';
import { withStacks } from './stacks.fixture.ts';

const scope = { account: '000000000000', region: 'us-east-1' };

test('an instance signals by its identity document the stack it is of, and no other', () =>
  withStacks(
    async ({ client, orrery, settle, status }) => {
      const { kernel } = orrery;
      const policy = { CreationPolicy: { ResourceSignal: { Count: 1, Timeout: 'PT10M' } } };
      for (const StackName of ['app', 'other']) {
        const Properties = { QueueName: StackName };
        const TemplateBody = JSON.stringify({ Resources: { A: { Type: 'AWS::SQS::Queue', Properties, ...policy } } });
        await client.send(new CreateStackCommand({ StackName, TemplateBody }));
      }
      await orrery.clock.wind(0);
      const stackId = kernel.engine(stackStore).find(scope, 'app')?.StackId ?? '';
      kernel.engine(stackMachines).belongs(scope, 'i-0123456789abcdef0', stackId);

      const signal = async (StackName: string, instanceId: string, change = (text: string) => text) => {
        const document = JSON.stringify({ accountId: scope.account, instanceId, region: scope.region });
        const shown = Buffer.from(change(document)).toString('base64');
        const fields = { Action: 'SignalResource', Version: '2010-05-15', StackName, LogicalResourceId: 'A' };
        const answer = await fetch(orrery.url, {
          method: 'POST',
          headers: {
            authorization: `CFN_V1 ${shown}:${kernel.engine(instanceIdentity).sign(document)}`,
            'content-type': 'application/x-www-form-urlencoded',
          },
          body: new URLSearchParams({ ...fields, UniqueId: instanceId, Status: 'SUCCESS' }).toString(),
        });
        return { status: answer.status, text: await answer.text() };
      };
      const refused = await signal('other', 'i-0123456789abcdef0');
      assert.equal(refused.status, 403, refused.text);
      assert.match(
        refused.text,
        /AccessDenied.*i-0123456789abcdef0 is not authorized to perform: cloudformation:SignalResource/s,
      );
      assert.equal((await signal('app', 'i-0fedcba9876543210')).status, 403);
      const forged = await signal('app', 'i-0fedcba9876543210', (text) =>
        text.replace('fedcba9876543210', '123456789abcdef0'),
      );
      assert.notEqual(forged.status, 200);
      assert.equal(await status('app'), 'CREATE_IN_PROGRESS');
      assert.equal((await signal('app', 'i-0123456789abcdef0')).status, 200);
      await settle('app');
      assert.equal(await status('app'), 'CREATE_COMPLETE');
      assert.equal(await status('other'), 'CREATE_IN_PROGRESS');
      await orrery.clock.wind(11 * 60_000);
      await settle('other');
    },
    ['iam'],
  ));

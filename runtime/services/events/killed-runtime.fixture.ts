import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { startOrrery } from '../../../tests/runtime-fixture.ts';
import { apiFaults } from '../../kernel/faults/api-faults.ts';

/** Puts an event while the target's service fails, and dies once it is acknowledged. */
const orrery = await startOrrery({ services: ['events', 'iam', 'sqs', 'sts'], dataDir: process.argv[2] ?? '' });
orrery.kernel
  .engine(apiFaults)
  .start({ id: 'down', service: 'sqs', operations: ['SendMessage'], kind: 'unavailable-error', percentage: 100 });
await orrery
  .client(EventBridgeClient)
  .send(new PutEventsCommand({ Entries: [{ Source: 'shop', DetailType: 'Order', Detail: '{"n":1}' }] }));
process.kill(process.pid, 'SIGKILL');

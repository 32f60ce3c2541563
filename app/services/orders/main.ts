// The orders service: /api/orders and /api/orders/{id}.
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { clientOptions } from '../../shared/client-options.ts';
import { runProcess } from '../../shared/http/process.ts';
import { createLog } from '../../shared/log.ts';
import { startRelay } from './relay.ts';
import { orderRoutes } from './routes.ts';

void runProcess('orders', (database) => {
  const relay = startRelay({
    database,
    events: new EventBridgeClient(clientOptions),
    busName: process.env.EVENT_BUS_NAME ?? 'default',
    log: createLog({ service: 'orders', part: 'relay' }),
  });
  return { routes: orderRoutes({ database, announce: relay.wake }), stop: relay.stop };
});

import { defineEngine } from '../../kernel/engine.ts';
import type { DataPlane } from './exchange.ts';

/**
 * The AWS API as a data plane, signatures and all: for a host of users' traffic that is an endpoint of the API as well (a
 * bucket's). Empty until the runtime listens.
 */
export const awsApi = defineEngine<{ plane: DataPlane | undefined }>('http.aws-api', () => ({ plane: undefined }));

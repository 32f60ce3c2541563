import type { ActionType } from './actions/action.ts';
import { apiErrors } from './actions/api-errors.ts';
import { callsWithoutCapacity, groupsWithoutCapacity } from './actions/capacity.ts';
import { failoverCluster, rebootDatabases } from './actions/databases.ts';
import { invocationDelay, invocationError, invocationHttpResponse } from './actions/functions.ts';
import { rebootInstances, stopInstances, terminateInstances } from './actions/instances.ts';
import { disruptConnectivity } from './actions/network.ts';
import { assertAlarmState, wait } from './actions/others.ts';

/** The actions that are done, by their ids. Every other one of AWS's is refused by name. */
export const actionTypes: ReadonlyMap<string, ActionType> = new Map(
  [
    assertAlarmState,
    callsWithoutCapacity,
    groupsWithoutCapacity,
    rebootInstances,
    stopInstances,
    terminateInstances,
    ...apiErrors,
    wait,
    invocationDelay,
    invocationError,
    invocationHttpResponse,
    disruptConnectivity,
    failoverCluster,
    rebootDatabases,
  ].map((type) => [type.id, type]),
);

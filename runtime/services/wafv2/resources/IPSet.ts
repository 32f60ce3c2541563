import { namedResource } from './named-resource.ts';

export const IPSet = namedResource({
  noun: 'IPSet',
  properties: { Addresses: 'executed', IPAddressVersion: 'executed' },
  toInput: ({ Tags, ...properties }) => properties,
});

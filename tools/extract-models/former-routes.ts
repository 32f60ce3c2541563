import type { FlatModel, FlatOperation } from '../../runtime/control-plane/protocols/flat-model.ts';

/**
 * Routes that AWS has moved and still answers at, for the AWS CLI and SDKs made before. Both lists were GETs with a query
 * until they got filters (botocore 1.43 still asks so).
 */
const formerRoutes: Record<string, Record<string, [method: string, uri: string]>> = {
  sesv2: {
    ListEmailIdentities: ['GET', '/v2/email/identities'],
    ListConfigurationSets: ['GET', '/v2/email/configuration-sets'],
  },
};

/** The operations at their former routes, with the members that fit into a query bound to it. */
export function withFormerRoutes(service: string, model: FlatModel): FlatModel {
  const shapes = [...model.shapes];
  const former = Object.entries(formerRoutes[service] ?? {}).map(([name, [method, uri]]): FlatOperation => {
    const operation = model.operations.find((one) => one.name === name);
    const input = operation && shapes[operation.input];
    if (!operation || !input) throw new Error(`${service} has no operation ${name} any more`);
    const simple = (input.members ?? []).filter(([, place]) => !/map|list|structure/.test(shapes[place]?.type ?? ''));
    const members = simple.map(([member, place]): [string, number, { httpQuery: string }] => [
      member,
      place,
      { httpQuery: member },
    ]);
    shapes.push({ ...input, members });
    return { ...operation, traits: { ...operation.traits, http: [method, uri, 200] }, input: shapes.length - 1 };
  });
  return former.length === 0 ? model : { ...model, shapes, former };
}

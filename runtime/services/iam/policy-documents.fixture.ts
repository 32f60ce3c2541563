/** Policy documents as tests write them. */
export function allow(Action: string | string[], Resource: string | string[] = '*', Condition?: object): string {
  return policy({ Effect: 'Allow', Action, Resource, ...(Condition ? { Condition } : {}) });
}

export function deny(Action: string | string[], Resource: string | string[] = '*'): string {
  return policy({ Effect: 'Deny', Action, Resource });
}

export function trust(Principal: unknown, Condition?: object, Action: string | string[] = 'sts:AssumeRole'): string {
  return policy({ Effect: 'Allow', Principal, Action, ...(Condition ? { Condition } : {}) });
}

export const account = '000000000000';
export const trustAccount = trust({ AWS: account });

function policy(statement: object): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}

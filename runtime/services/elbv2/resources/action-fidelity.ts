import type { Fidelity } from '../../../kernel/service.ts';

/** What becomes of the members of a list of actions. */
export function actionFidelity(list: string): Record<string, Fidelity> {
  const refused = { refused: 'load balancers here do not sign users in; do it in the application.' };
  return {
    [list]: 'executed',
    [`${list}.AuthenticateCognitoConfig`]: refused,
    [`${list}.AuthenticateOidcConfig`]: refused,
    [`${list}.JwtValidationConfig`]: refused,
  };
}

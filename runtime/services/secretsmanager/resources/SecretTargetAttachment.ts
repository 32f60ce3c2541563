import { refused } from '../../../kernel/errors.ts';
import { defineResource } from '../../../kernel/resource.ts';

const reason = 'what it attaches are databases, and rds is not done yet.';

/** Puts a database's address into its secret: for the types of RDS, Redshift and DocumentDB, none of which is here. */
export const SecretTargetAttachment = defineResource({
  type: 'AWS::SecretsManager::SecretTargetAttachment',
  properties: {
    SecretId: 'executed',
    TargetId: 'executed',
    TargetType: { refused: reason },
  },
  create() {
    throw refused('AWS::SecretsManager::SecretTargetAttachment', reason);
  },
  async delete() {
    // There is none.
  },
});

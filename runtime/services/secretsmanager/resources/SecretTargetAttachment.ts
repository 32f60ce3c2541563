import { AwsError } from '../../../kernel/errors.ts';
import { defineResource, type ResourceContext } from '../../../kernel/resource.ts';

interface AttachmentProperties {
  SecretId: string;
  TargetId: string;
  TargetType: string;
}

interface Target {
  Engine?: string;
  Endpoint?: string | { Address?: string; Port?: number };
  Port?: number;
  DatabaseName?: string;
  DBName?: string;
}

/**
 * Puts a database's address into its secret, whose value is then what rotation needs ("JSON structure of AWS Secrets
 * Manager database credential secrets"). Ref is the ARN of the secret. The secret keeps it when the attachment goes.
 */
export const SecretTargetAttachment = defineResource<AttachmentProperties>({
  type: 'AWS::SecretsManager::SecretTargetAttachment',
  properties: { SecretId: 'executed', TargetId: 'executed', TargetType: 'executed' },
  create: attach,
  update: (ctx, _physicalId, properties) => attach(ctx, properties),
  async delete() {
    // The database is where the secret says for as long as both are.
  },
});

async function attach(ctx: ResourceContext, { SecretId, TargetId, TargetType }: AttachmentProperties) {
  const address = await addressOf(ctx, TargetType, TargetId);
  const { ARN, SecretString = '' } = await ctx.call<{ ARN: string; SecretString?: string }>(
    'secretsmanager',
    'GetSecretValue',
    { SecretId },
  );
  const value = { ...objectIn(SecretString, SecretId), ...address };
  await ctx.call('secretsmanager', 'PutSecretValue', { SecretId, SecretString: JSON.stringify(value) });
  return { physicalId: ARN, attributes: { Id: ARN } };
}

function objectIn(text: string, SecretId: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Not JSON: said below.
  }
  throw new AwsError(
    'InvalidRequest',
    `The value of secret ${SecretId} is not a JSON object, so nothing can be added.`,
  );
}

async function addressOf(ctx: ResourceContext, type: string, id: string): Promise<object> {
  const ask = async (operation: string, parameter: string, list: string): Promise<Target> =>
    (await ctx.call<Record<string, Target[]>>('rds', operation, { [parameter]: id }))[list]?.[0] ?? {};
  if (type === 'AWS::RDS::DBCluster') {
    const found = await ask('DescribeDBClusters', 'DBClusterIdentifier', 'DBClusters');
    return {
      ...common(found.Engine, String(found.Endpoint), found.Port, found.DatabaseName),
      dbClusterIdentifier: id,
    };
  }
  if (type === 'AWS::RDS::DBInstance') {
    const found = await ask('DescribeDBInstances', 'DBInstanceIdentifier', 'DBInstances');
    const { Address = '', Port } = typeof found.Endpoint === 'object' ? found.Endpoint : {};
    return { ...common(found.Engine, Address, Port, found.DBName), dbInstanceIdentifier: id };
  }
  throw new AwsError('InvalidRequest', `A secret is attached to databases of RDS alone: ${type} is refused.`);
}

/** `engine` is what the rotation functions go by: postgres, mysql or mariadb, for Aurora too. */
function common(engine = '', host: string, port: number | undefined, dbname: string | undefined) {
  const family = engine.replace(/^aurora-postgresql$/, 'postgres').replace(/^aurora-mysql$/, 'mysql');
  return { engine: family, host, port, ...(dbname === undefined ? {} : { dbname }) };
}

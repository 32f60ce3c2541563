import type { Case, Place } from '../case.ts';
import { jsonCall } from '../wire.ts';

export const keys: Case[] = [
  {
    name: 'KMS encrypt 1 KB',
    budget: '≤ 200 µs',
    peer: 'moto',
    async prepare(at) {
      const KeyId = await key(at);
      const call = jsonCall('kms', 'TrentService.Encrypt', { KeyId, Plaintext: plaintext }, '1.1');
      return (send) => send(call);
    },
  },
  {
    name: 'KMS decrypt 1 KB',
    budget: '≤ 200 µs',
    peer: 'moto',
    async prepare(at) {
      const KeyId = await key(at);
      const sealed = await at.driver.send(
        jsonCall('kms', 'TrentService.Encrypt', { KeyId, Plaintext: plaintext }, '1.1'),
      );
      const { CiphertextBlob } = JSON.parse(sealed.toString()) as { CiphertextBlob: string };
      const call = jsonCall('kms', 'TrentService.Decrypt', { CiphertextBlob }, '1.1');
      return (send) => send(call);
    },
  },
  {
    name: 'SSM get, decrypted',
    budget: '≤ 200 µs',
    peer: 'moto',
    async prepare(at) {
      const parameter = { Name: '/bench/secure', Value: 'x'.repeat(200), Type: 'SecureString', Overwrite: true };
      await at.driver.send(jsonCall('ssm', 'AmazonSSM.PutParameter', parameter, '1.1'));
      const asked = { Name: parameter.Name, WithDecryption: true };
      const call = jsonCall('ssm', 'AmazonSSM.GetParameter', asked, '1.1');
      return (send) => send(call);
    },
  },
  {
    name: 'Secrets Manager get',
    budget: '≤ 200 µs',
    peer: 'moto',
    async prepare(at) {
      const SecretId = 'bench-secret';
      const secret = { Name: SecretId, SecretString: 'x'.repeat(200) };
      await at.driver.send(jsonCall('secretsmanager', 'secretsmanager.CreateSecret', secret, '1.1'));
      const call = jsonCall('secretsmanager', 'secretsmanager.GetSecretValue', { SecretId }, '1.1');
      return (send) => send(call);
    },
  },
];

const plaintext = Buffer.alloc(1024, 'plain ').toString('base64');

async function key({ driver }: Place): Promise<string> {
  const made = await driver.send(jsonCall('kms', 'TrentService.CreateKey', {}, '1.1'));
  return (JSON.parse(made.toString()) as { KeyMetadata: { KeyId: string } }).KeyMetadata.KeyId;
}

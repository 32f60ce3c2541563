/** npm run new-service -- NAME: the folder of a new service, with its first operation still to be written. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelIndex } from '../runtime/control-plane/protocols/model.ts';

const root = join(import.meta.dirname, '..');
const [name] = process.argv.slice(2);

if (!name) fail('Name the service as the AWS CLI does: npm run new-service -- elbv2');
const folder = join(root, 'runtime', 'services', name);
if (existsSync(folder)) fail(`runtime/services/${name} is there already.`);
const entry = modelIndex().get(name);
if (!entry)
  fail(
    `There is no API model of "${name}". Add its SDK package first: npm install --save-dev --save-exact @aws-sdk/client-${name}`,
  );

for (const part of ['operations', 'resources', 'behaviour']) mkdirSync(join(folder, part), { recursive: true });
write(
  'service.ts',
  `import { type Access, type Context, defineService } from '../../kernel/service.ts';

export default defineService({
  name: '${name}',
  actionPrefix: '${entry.signingName}',
  operations: {},
  resources: [],
  authorization: authorize,
});

/** The Service Authorization Reference says which resource each action is for. */
function authorize(operation: string, _input: Record<string, unknown>, _ctx: Context): Access {
  return { action: \`${entry.signingName}:\${operation}\`, resource: '*' };
}
`,
);
write(
  'state.ts',
  `/** What ${entry.serviceId} keeps, in AWS's field names: typed collections by account and region. */\nexport {};\n`,
);
write(
  'errors.ts',
  `/** ${entry.serviceId}'s errors: AWS's codes and sentences, with the page of its API Reference they come from. */\nexport {};\n`,
);
process.stdout.write(
  `runtime/services/${name} is there. Next: an operation in operations/<noun>.ts, named in service.ts; see runtime/services/sqs.\n`,
);

function write(file: string, text: string): void {
  writeFileSync(join(folder, file), text);
}

function fail(message: string): never {
  process.stderr.write(`error: ${message}\n`);
  process.exit(1);
}

/**
 * The CDK app: one stack for each of the five systems. `-c system=NAME` (or `SYSTEM=NAME`) makes only that one, so
 * that synthesis stays quick; `-c nag=true` runs cdk-nag's AWS Solutions checks over what was made.
 */
import { App, Aspects } from 'aws-cdk-lib/core';

const systems: Record<string, () => Promise<(app: App) => void>> = {
  'serverless-orders': async () => {
    const { ServerlessOrders } = await import('./stacks/serverless-orders.ts');
    return (app) => new ServerlessOrders(app, 'serverless-orders');
  },
  'web-classic': async () => {
    const { WebClassic } = await import('./stacks/web-classic.ts');
    return (app) => new WebClassic(app, 'web-classic');
  },
};

const app = new App();
for (const name of chosen(app)) {
  const make = await systems[name]?.();
  if (!make) throw new Error(`No system is called ${name}. There are: ${Object.keys(systems).join(', ')}.`);
  make(app);
}
if (app.node.tryGetContext('nag') === 'true') {
  const { AwsSolutionsChecks } = await import('cdk-nag');
  Aspects.of(app).add(new AwsSolutionsChecks({ verbose: true }));
}
app.synth();

function chosen(scope: App): string[] {
  const name: unknown = scope.node.tryGetContext('system') ?? process.env.SYSTEM;
  return typeof name === 'string' && name !== '' ? [name] : Object.keys(systems);
}

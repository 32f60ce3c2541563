import { performance } from 'node:perf_hooks';
import type { Case } from '../case.ts';
import { type Measure, summary } from '../load.ts';
import { createStack, deleteStack } from '../stack.ts';

export const stacks: Case[] = [
  {
    name: '30-resource stack create',
    budget: '≤ 50 ms',
    peer: 'moto',
    async prepare({ server, driver }) {
      let turn = 0;
      return {
        async measure({ durationMs }): Promise<Measure> {
          const latencies: number[] = [];
          let spentMs = 0;
          const end = performance.now() + durationMs;
          while (performance.now() < end) {
            turn += 1;
            const name = `bench-${turn}`;
            const cpu = server.cpuMs();
            const started = performance.now();
            await createStack(driver.send, name, template(turn));
            latencies.push(performance.now() - started);
            spentMs += server.cpuMs() - cpu;
            await deleteStack(driver.send, name);
          }
          return summary(latencies, { tookMs: latencies.reduce((sum, ms) => sum + ms, 0), cpuMs: spentMs });
        },
      };
    },
  },
];

function template(turn: number): object {
  const Resources: Record<string, object> = {};
  for (let number = 0; number < 10; number += 1) {
    Resources[`Queue${number}`] = {
      Type: 'AWS::SQS::Queue',
      Properties: { QueueName: `stack-${turn}-${number}`, VisibilityTimeout: 60 },
    };
    Resources[`Parameter${number}`] = {
      Type: 'AWS::SSM::Parameter',
      Properties: {
        Name: `/stack/${turn}/${number}`,
        Type: 'String',
        Value: { 'Fn::GetAtt': [`Queue${number}`, 'Arn'] },
      },
    };
  }
  for (let number = 0; number < 5; number += 1) {
    Resources[`Logs${number}`] = {
      Type: 'AWS::Logs::LogGroup',
      Properties: { LogGroupName: `/stack/${turn}/${number}`, RetentionInDays: 7 },
    };
    Resources[`Role${number}`] = {
      Type: 'AWS::IAM::Role',
      Properties: { RoleName: `stack-${turn}-${number}`, AssumeRolePolicyDocument: trust },
    };
  }
  return { Resources };
}

const trust = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

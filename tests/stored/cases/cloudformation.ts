import { named, type StoredCases } from '../stored-cases.ts';

const TemplateBody = JSON.stringify({ Resources: { Q: { Type: 'AWS::SQS::Queue' } } });
const policy = (Effect: string) =>
  JSON.stringify({ Statement: [{ Effect, Action: 'Update:*', Principal: '*', Resource: '*' }] });
const StackName = 'asked';

export const cloudformation: StoredCases = {
  service: 'cloudformation',
  resources: {},
  told: {},
  requests: {
    CreateStack: async (ask) => {
      const asked = { StackName, TemplateBody, StackPolicyBody: policy('Allow') };
      await ask('CreateStack', asked);
      return { asked, told: await ask('GetStackPolicy', { StackName }) };
    },
    UpdateStack: async (ask) => {
      const Template = JSON.stringify({ Resources: { R: { Type: 'AWS::SQS::Queue' } } });
      const asked = { StackName, TemplateBody: Template, StackPolicyBody: policy('Deny') };
      await ask('sqs:ListQueues', {});
      await ask('UpdateStack', asked);
      return { asked, told: await ask('GetStackPolicy', { StackName }) };
    },
    SetStackPolicy: async (ask) => {
      const asked = { StackName, StackPolicyBody: policy('Allow') };
      await ask('SetStackPolicy', asked);
      return { asked: { StackPolicyBody: asked.StackPolicyBody }, told: await ask('GetStackPolicy', { StackName }) };
    },
    CreateChangeSet: async (ask) => {
      const asked = {
        StackName: 'other',
        ChangeSetName: 'x',
        ChangeSetType: 'CREATE',
        TemplateBody,
        IncludeNestedStacks: true,
      };
      const ChangeSetName = named(await ask('CreateChangeSet', asked), 'Id');
      return { asked, told: await ask('DescribeChangeSet', { ChangeSetName }) };
    },
  },
};

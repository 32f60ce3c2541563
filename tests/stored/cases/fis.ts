import { named, type StoredCases } from '../stored-cases.ts';

const template = {
  description: 'of the kitchen',
  roleArn: 'arn:aws:iam::000000000000:role/stored-faults',
  stopConditions: [{ source: 'none' }],
  targets: {},
  actions: { pause: { actionId: 'aws:fis:wait', parameters: { duration: 'PT1M' } } },
  tags: { team: 'kitchen' },
};

export const fis: StoredCases = {
  service: 'fis',
  resources: {
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: 'stored-faults',
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: { Service: 'fis.amazonaws.com' }, Action: 'sts:AssumeRole' }],
        },
      },
    },
    Template: {
      Type: 'AWS::FIS::ExperimentTemplate',
      DependsOn: 'Role',
      Properties: {
        Description: 'of the kitchen',
        RoleArn: template.roleArn,
        StopConditions: [{ Source: 'none' }],
        Targets: {},
        Actions: { Pause: { ActionId: 'aws:fis:wait', Parameters: { duration: 'PT1M' } } },
        Tags: { team: 'kitchen' },
      },
    },
  },
  told: { Template: (ask, id) => ask('GetExperimentTemplate', { id }) },
  requests: {
    CreateExperimentTemplate: async (ask) => {
      const asked = { ...template, clientToken: 'asked' };
      const id = named(await ask('CreateExperimentTemplate', asked), 'id');
      return { asked, told: await ask('GetExperimentTemplate', { id }) };
    },
    StartExperiment: async (ask) => {
      const experimentTemplateId = named(await ask('ListExperimentTemplates', {}), 'id');
      const asked = { experimentTemplateId, clientToken: 'start', tags: { team: 'night' } };
      const id = named(await ask('StartExperiment', asked), 'id');
      return { asked, told: await ask('GetExperiment', { id }) };
    },
  },
};

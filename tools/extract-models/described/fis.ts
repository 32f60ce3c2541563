import type { ModelIndexEntry } from '../../../runtime/control-plane/protocols/model.ts';
import { flatten } from './describe.ts';

/**
 * AWS Fault Injection Service, after its API Reference (version 2020-12-01). The registry has its SDK package of 2024
 * alone, which exports no schemas. What is about other accounts and reports is described too, so that it is refused by name.
 */
const page = { '?maxResults': 'number', '?nextToken': 'string' };
const accountConfiguration = { '/id!': 'string', '/accountId!': 'string' };
const more = {
  targets: '{TargetInput}',
  logConfiguration: 'LogConfigurationInput',
  experimentOptions: 'ExperimentOptions',
  experimentReportConfiguration: 'ReportConfiguration',
};

const structures = {
  StopConditionInput: { 'source!': 'string', value: 'string' },
  StopCondition: { source: 'string', value: 'string' },
  FilterInput: { 'path!': 'string', 'values!': '[string]' },
  Filter: { path: 'string', values: '[string]' },
  TargetInput: {
    'resourceType!': 'string',
    'selectionMode!': 'string',
    resourceArns: '[string]',
    resourceTags: '{string}',
    filters: '[FilterInput]',
    parameters: '{string}',
  },
  Target: {
    resourceType: 'string',
    selectionMode: 'string',
    resourceArns: '[string]',
    resourceTags: '{string}',
    filters: '[Filter]',
    parameters: '{string}',
  },
  ActionInput: {
    actionId: 'string',
    description: 'string',
    parameters: '{string}',
    targets: '{string}',
    startAfter: '[string]',
  },
  ExperimentAction: {
    actionId: 'string',
    description: 'string',
    parameters: '{string}',
    targets: '{string}',
    startAfter: '[string]',
    state: 'State',
    startTime: 'timestamp',
    endTime: 'timestamp',
  },
  CloudWatchLogs: { 'logGroupArn!': 'string' },
  S3: { 'bucketName!': 'string', prefix: 'string' },
  LogConfigurationInput: {
    cloudWatchLogsConfiguration: 'CloudWatchLogs',
    s3Configuration: 'S3',
    'logSchemaVersion!': 'number',
  },
  ExperimentOptions: { accountTargeting: 'string', emptyTargetResolutionMode: 'string', actionsMode: 'string' },
  ReportConfiguration: {
    outputs: 'ReportOutputs',
    dataSources: 'ReportSources',
    preExperimentDuration: 'string',
    postExperimentDuration: 'string',
  },
  ReportOutputs: { s3Configuration: 'S3' },
  ReportSources: { cloudWatchDashboards: '[Dashboard]' },
  Dashboard: { dashboardIdentifier: 'string' },
  State: { status: 'string', reason: 'string', error: 'StateError' },
  StateError: { accountId: 'string', code: 'string', location: 'string' },
  ExperimentTemplate: {
    id: 'string',
    arn: 'string',
    description: 'string',
    stopConditions: '[StopCondition]',
    targets: '{Target}',
    actions: '{ActionInput}',
    creationTime: 'timestamp',
    lastUpdateTime: 'timestamp',
    roleArn: 'string',
    tags: '{string}',
    logConfiguration: 'LogConfigurationInput',
    experimentOptions: 'ExperimentOptions',
    targetAccountConfigurationsCount: 'number',
  },
  TemplateSummary: {
    id: 'string',
    arn: 'string',
    description: 'string',
    creationTime: 'timestamp',
    lastUpdateTime: 'timestamp',
    tags: '{string}',
  },
  Experiment: {
    id: 'string',
    arn: 'string',
    experimentTemplateId: 'string',
    roleArn: 'string',
    state: 'State',
    targets: '{Target}',
    actions: '{ExperimentAction}',
    stopConditions: '[StopCondition]',
    creationTime: 'timestamp',
    startTime: 'timestamp',
    endTime: 'timestamp',
    tags: '{string}',
    logConfiguration: 'LogConfigurationInput',
    experimentOptions: 'ExperimentOptions',
    targetAccountConfigurationsCount: 'number',
  },
  ExperimentSummary: {
    id: 'string',
    arn: 'string',
    experimentTemplateId: 'string',
    state: 'State',
    creationTime: 'timestamp',
    tags: '{string}',
    experimentOptions: 'ExperimentOptions',
  },
  Parameter: { description: 'string', required: 'boolean' },
  ActionTarget: { resourceType: 'string' },
  Action: {
    id: 'string',
    arn: 'string',
    description: 'string',
    parameters: '{Parameter}',
    targets: '{ActionTarget}',
    tags: '{string}',
  },
  TargetResourceType: { resourceType: 'string', description: 'string', parameters: '{Parameter}' },
  ResolvedTarget: { resourceType: 'string', targetName: 'string', targetInformation: '{string}' },
  LeverState: { 'status!': 'string', 'reason!': 'string' },
  SafetyLever: { id: 'string', arn: 'string', state: 'LeverState' },
  AccountConfiguration: { roleArn: 'string', accountId: 'string', description: 'string' },
};

export const entry: ModelIndexEntry = {
  serviceId: 'fis',
  signingName: 'fis',
  endpointPrefix: 'fis',
  apiVersion: '2020-12-01',
  serviceTarget: undefined,
  xmlNamespace: undefined,
  awsQueryCompatible: false,
  errorWrapping: true,
  protocols: ['restJson'],
};

const accountAnswer = { targetAccountConfiguration: 'AccountConfiguration' };
const accountsAnswer = { targetAccountConfigurations: '[AccountConfiguration]', nextToken: 'string' };

export const model = flatten({
  structures,
  errors: {
    ConflictException: 409,
    ResourceNotFoundException: 404,
    ServiceQuotaExceededException: 402,
    ValidationException: 400,
  },
  operations: {
    CreateExperimentTemplate: [
      'POST /experimentTemplates',
      {
        'clientToken!': 'string',
        'description!': 'string',
        'stopConditions!': '[StopConditionInput]',
        'actions!': '{ActionInput}',
        'roleArn!': 'string',
        tags: '{string}',
        ...more,
      },
      { experimentTemplate: 'ExperimentTemplate' },
    ],
    UpdateExperimentTemplate: [
      'PATCH /experimentTemplates/{id}',
      {
        '/id!': 'string',
        description: 'string',
        stopConditions: '[StopConditionInput]',
        actions: '{ActionInput}',
        roleArn: 'string',
        ...more,
      },
      { experimentTemplate: 'ExperimentTemplate' },
    ],
    GetExperimentTemplate: [
      'GET /experimentTemplates/{id}',
      { '/id!': 'string' },
      { experimentTemplate: 'ExperimentTemplate' },
    ],
    DeleteExperimentTemplate: [
      'DELETE /experimentTemplates/{id}',
      { '/id!': 'string' },
      { experimentTemplate: 'ExperimentTemplate' },
    ],
    ListExperimentTemplates: [
      'GET /experimentTemplates',
      page,
      { experimentTemplates: '[TemplateSummary]', nextToken: 'string' },
    ],
    StartExperiment: [
      'POST /experiments',
      {
        'clientToken!': 'string',
        'experimentTemplateId!': 'string',
        experimentOptions: 'ExperimentOptions',
        tags: '{string}',
      },
      { experiment: 'Experiment' },
    ],
    StopExperiment: ['DELETE /experiments/{id}', { '/id!': 'string' }, { experiment: 'Experiment' }],
    GetExperiment: ['GET /experiments/{id}', { '/id!': 'string' }, { experiment: 'Experiment' }],
    ListExperiments: [
      'GET /experiments',
      { ...page, '?experimentTemplateId': 'string' },
      { experiments: '[ExperimentSummary]', nextToken: 'string' },
    ],
    ListExperimentResolvedTargets: [
      'GET /experiments/{experimentId}/resolvedTargets',
      { '/experimentId!': 'string', ...page, '?targetName': 'string' },
      { resolvedTargets: '[ResolvedTarget]', nextToken: 'string' },
    ],
    GetAction: ['GET /actions/{id}', { '/id!': 'string' }, { action: 'Action' }],
    ListActions: ['GET /actions', page, { actions: '[Action]', nextToken: 'string' }],
    GetTargetResourceType: [
      'GET /targetResourceTypes/{resourceType}',
      { '/resourceType!': 'string' },
      { targetResourceType: 'TargetResourceType' },
    ],
    ListTargetResourceTypes: [
      'GET /targetResourceTypes',
      page,
      { targetResourceTypes: '[TargetResourceType]', nextToken: 'string' },
    ],
    GetSafetyLever: ['GET /safetyLevers/{id}', { '/id!': 'string' }, { safetyLever: 'SafetyLever' }],
    UpdateSafetyLeverState: [
      'PATCH /safetyLevers/{id}/state',
      { '/id!': 'string', 'state!': 'LeverState' },
      { safetyLever: 'SafetyLever' },
    ],
    TagResource: ['POST /tags/{resourceArn}', { '/resourceArn!': 'string', 'tags!': '{string}' }, {}],
    UntagResource: ['DELETE /tags/{resourceArn}', { '/resourceArn!': 'string', '?tagKeys': '[string]' }, {}],
    ListTagsForResource: ['GET /tags/{resourceArn}', { '/resourceArn!': 'string' }, { tags: '{string}' }],
    CreateTargetAccountConfiguration: [
      'POST /experimentTemplates/{id}/targetAccountConfigurations/{accountId}',
      { ...accountConfiguration, 'roleArn!': 'string', clientToken: 'string', description: 'string' },
      accountAnswer,
    ],
    UpdateTargetAccountConfiguration: [
      'PATCH /experimentTemplates/{id}/targetAccountConfigurations/{accountId}',
      { ...accountConfiguration, roleArn: 'string', description: 'string' },
      accountAnswer,
    ],
    DeleteTargetAccountConfiguration: [
      'DELETE /experimentTemplates/{id}/targetAccountConfigurations/{accountId}',
      accountConfiguration,
      accountAnswer,
    ],
    GetTargetAccountConfiguration: [
      'GET /experimentTemplates/{id}/targetAccountConfigurations/{accountId}',
      accountConfiguration,
      accountAnswer,
    ],
    ListTargetAccountConfigurations: [
      'GET /experimentTemplates/{id}/targetAccountConfigurations',
      { '/id!': 'string', ...page },
      accountsAnswer,
    ],
  },
});

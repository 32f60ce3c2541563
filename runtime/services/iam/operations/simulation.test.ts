import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import {
  CreateRoleCommand,
  GetContextKeysForCustomPolicyCommand,
  GetContextKeysForPrincipalPolicyCommand,
  IAMClient,
  PutRolePolicyCommand,
  SimulateCustomPolicyCommand,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam';
import { type Orrery, startOrrery } from '../../../../tests/runtime-fixture.ts';
import { account, allow, deny, trustAccount } from '../policy-documents.fixture.ts';

let orrery: Orrery;
let iam: IAMClient;

before(async () => {
  orrery = await startOrrery({ services: ['iam'] });
  iam = orrery.client(IAMClient);
});
after(() => orrery.stop());

it('decides each action from the policies given', async () => {
  const { EvaluationResults } = await iam.send(
    new SimulateCustomPolicyCommand({
      PolicyInputList: [allow('s3:*'), deny('s3:DeleteObject')],
      ActionNames: ['s3:GetObject', 's3:DeleteObject', 'sqs:SendMessage'],
    }),
  );
  assert.deepEqual(
    EvaluationResults?.map(({ EvalActionName, EvalDecision }) => [EvalActionName, EvalDecision]),
    [
      ['s3:GetObject', 'allowed'],
      ['s3:DeleteObject', 'explicitDeny'],
      ['sqs:SendMessage', 'implicitDeny'],
    ],
  );
  assert.deepEqual(EvaluationResults?.[0]?.MatchedStatements, [
    { SourcePolicyId: 'PolicyInputList.1', SourcePolicyType: 'none' },
  ]);
});

it('tells which context keys were missing', async () => {
  const PolicyInputList = [allow('s3:*', '*', { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } })];
  const ActionNames = ['s3:GetObject'];
  const without = await iam.send(new SimulateCustomPolicyCommand({ PolicyInputList, ActionNames }));
  assert.equal(without.EvaluationResults?.[0]?.EvalDecision, 'implicitDeny');
  assert.deepEqual(without.EvaluationResults?.[0]?.MissingContextValues, ['aws:sourceip']);
  const entry = { ContextKeyName: 'aws:SourceIp', ContextKeyType: 'ip' as const, ContextKeyValues: ['10.1.2.3'] };
  const given = await iam.send(
    new SimulateCustomPolicyCommand({ PolicyInputList, ActionNames, ContextEntries: [entry] }),
  );
  assert.equal(given.EvaluationResults?.[0]?.EvalDecision, 'allowed');
  const { ContextKeyNames } = await iam.send(new GetContextKeysForCustomPolicyCommand({ PolicyInputList }));
  assert.deepEqual(ContextKeyNames, ['aws:SourceIp']);
});

it('decides from what a role has, and its boundary', async () => {
  const RoleName = 'simulated';
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trustAccount }));
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument: allow('dynamodb:PutItem') }));
  const request = { PolicySourceArn: `arn:aws:iam::${account}:role/${RoleName}`, ActionNames: ['dynamodb:PutItem'] };
  const { ContextKeyNames } = await iam.send(new GetContextKeysForPrincipalPolicyCommand(request));
  assert.deepEqual(ContextKeyNames, []);
  const free = await iam.send(new SimulatePrincipalPolicyCommand(request));
  assert.equal(free.EvaluationResults?.[0]?.EvalDecision, 'allowed');
  const PermissionsBoundaryPolicyInputList = [allow('s3:*')];
  const bound = await iam.send(new SimulatePrincipalPolicyCommand({ ...request, PermissionsBoundaryPolicyInputList }));
  assert.equal(bound.EvaluationResults?.[0]?.EvalDecision, 'implicitDeny');
  assert.equal(bound.EvaluationResults?.[0]?.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary, false);
});

import type { AddPermissionCommandInput, RemovePermissionCommandInput } from '@aws-sdk/client-sns';
import type { Context } from '../../../kernel/service.ts';
import { checkTopicPolicy, policyOf } from '../behaviour/topic-policy.ts';
import { invalidParameter } from '../errors.ts';
import { type Topic, topicAt, topics } from '../state.ts';

interface PolicyDocument {
  Statement: { Sid?: string }[];
}

export function AddPermission(ctx: Context, input: AddPermissionCommandInput) {
  const topic = topicAt(ctx, input.TopicArn);
  const policy = JSON.parse(policyOf(topic)) as PolicyDocument;
  if (policy.Statement.some(({ Sid }) => Sid === input.Label)) throw invalidParameter('Statement already exists');
  const accounts = (input.AWSAccountId ?? []).map((account) =>
    account === '*' ? account : `arn:aws:iam::${account}:root`,
  );
  const actions = (input.ActionName ?? []).map((action) => `SNS:${action}`);
  const statement = {
    Sid: input.Label ?? '',
    Effect: 'Allow',
    Principal: { AWS: accounts.length === 1 ? accounts[0] : accounts },
    Action: actions.length === 1 ? actions[0] : actions,
    Resource: topic.TopicArn,
  };
  if (accounts.length === 0) throw invalidParameter('AWSAccountId');
  checkTopicPolicy(JSON.stringify({ Statement: [statement] }));
  keep(ctx, topic, { ...policy, Statement: [...policy.Statement, statement] });
}

export function RemovePermission(ctx: Context, input: RemovePermissionCommandInput) {
  const topic = topicAt(ctx, input.TopicArn);
  const policy = JSON.parse(policyOf(topic)) as PolicyDocument;
  keep(ctx, topic, { ...policy, Statement: policy.Statement.filter(({ Sid }) => Sid !== input.Label) });
}

function keep(ctx: Context, topic: Topic, policy: PolicyDocument): void {
  topics(ctx, topic).put(topic.Name, { ...topic, attributes: { ...topic.attributes, Policy: JSON.stringify(policy) } });
}

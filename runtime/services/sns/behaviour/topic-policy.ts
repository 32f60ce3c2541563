import { MalformedPolicy } from '../../../engines/iam/malformed-policy.ts';
import { compilePolicy } from '../../../engines/iam/policy.ts';
import { invalidParameter } from '../errors.ts';
import type { Topic } from '../state.ts';

export function policyOf(topic: Topic): string {
  return topic.attributes.Policy ?? defaultPolicy(topic);
}

/** What a topic has when nothing is said: everything for its owner's account. */
export function defaultPolicy(topic: Topic): string {
  return JSON.stringify({
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: [
          'SNS:GetTopicAttributes',
          'SNS:SetTopicAttributes',
          'SNS:AddPermission',
          'SNS:RemovePermission',
          'SNS:DeleteTopic',
          'SNS:Subscribe',
          'SNS:ListSubscriptionsByTopic',
          'SNS:Publish',
        ],
        Resource: topic.TopicArn,
        Condition: { StringEquals: { 'AWS:SourceOwner': topic.account } },
      },
    ],
  });
}

/** What the authorizer could not read would be asked of every request, and refuse it. */
export function checkTopicPolicy(text: string): void {
  try {
    compilePolicy(text, 'resource');
  } catch (error) {
    throw error instanceof MalformedPolicy ? invalidParameter(`Policy Error: ${error.message}`) : error;
  }
}

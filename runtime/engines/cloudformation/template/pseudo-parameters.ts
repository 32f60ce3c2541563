import { partition } from '../../../kernel/arn.ts';

/** "Pseudo parameters reference", CloudFormation Template Reference. */
export const pseudoParameters = [
  'AWS::AccountId',
  'AWS::NoValue',
  'AWS::NotificationARNs',
  'AWS::Partition',
  'AWS::Region',
  'AWS::StackId',
  'AWS::StackName',
  'AWS::URLSuffix',
] as const;

export interface StackIdentity {
  account: string;
  region: string;
  StackId: string;
  StackName: string;
  NotificationARNs?: string[] | undefined;
}

/** AWS::NoValue is no value and is known to `Ref` itself. */
export function pseudoValues(stack: StackIdentity): Record<string, unknown> {
  return {
    'AWS::AccountId': stack.account,
    'AWS::NotificationARNs': stack.NotificationARNs ?? [],
    'AWS::Partition': partition,
    'AWS::Region': stack.region,
    'AWS::StackId': stack.StackId,
    'AWS::StackName': stack.StackName,
    'AWS::URLSuffix': 'amazonaws.com',
  };
}

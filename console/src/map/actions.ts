import type { MapNode } from './architecture.ts';

/** Something that can be done to a node: an operation of its service, as a person at AWS would ask for it. */
export interface Action {
  label: string;
  service: string;
  operation: string;
  input: (node: MapNode, payload: string) => object;
  /** What it does, asked before it is done. */
  asks?: string;
  /** It is given a text: what that is. */
  payload?: { label: string; example: string };
}

const arnOfQueue = ({ physicalId, region }: MapNode): string => {
  const [account = '', name = ''] = physicalId.split('/').slice(-2);
  return `arn:aws:sqs:${region}:${account}:${name}`;
};

const instances = ({ physicalId }: MapNode): object => ({ InstanceIds: [physicalId] });
const database = ({ physicalId }: MapNode): object => ({ DBInstanceIdentifier: physicalId });
const cluster = ({ physicalId }: MapNode): object => ({ DBClusterIdentifier: physicalId });

/** Bytes as the runtime takes and gives them. */
function bytes(text: string): { base64: string } {
  return { base64: btoa(String.fromCharCode(...new TextEncoder().encode(text))) };
}

/** By resource type; runtime/control-plane/console/page-buttons.ts lets these operations through. */
export const actionsByType: Record<string, Action[]> = {
  'AWS::Lambda::Function': [
    {
      label: 'Invoke',
      service: 'lambda',
      operation: 'Invoke',
      payload: { label: 'Payload, JSON', example: '{}' },
      input: ({ physicalId }, payload) => ({
        FunctionName: physicalId,
        LogType: 'Tail',
        Payload: bytes(payload),
      }),
    },
  ],
  'AWS::SQS::Queue': [
    {
      label: 'Send a message',
      service: 'sqs',
      operation: 'SendMessage',
      payload: { label: 'Body', example: '' },
      input: ({ physicalId }, payload) => ({ QueueUrl: physicalId, MessageBody: payload }),
    },
    {
      label: 'Redrive',
      service: 'sqs',
      operation: 'StartMessageMoveTask',
      asks: 'The messages of this dead-letter queue go back to where they came from.',
      input: (node) => ({ SourceArn: arnOfQueue(node) }),
    },
    {
      label: 'Purge',
      service: 'sqs',
      operation: 'PurgeQueue',
      asks: 'Every message in it is deleted and cannot be had back.',
      input: ({ physicalId }) => ({ QueueUrl: physicalId }),
    },
  ],
  'AWS::EC2::Instance': [
    { label: 'Start', service: 'ec2', operation: 'StartInstances', input: instances },
    { label: 'Stop', service: 'ec2', operation: 'StopInstances', input: instances, asks: 'What runs on it ends.' },
    { label: 'Reboot', service: 'ec2', operation: 'RebootInstances', input: instances, asks: 'What runs on it ends.' },
  ],
  'AWS::RDS::DBInstance': [
    {
      label: 'Reboot',
      service: 'rds',
      operation: 'RebootDBInstance',
      input: database,
      asks: 'Its connections are cut.',
    },
    { label: 'Start', service: 'rds', operation: 'StartDBInstance', input: database },
    { label: 'Stop', service: 'rds', operation: 'StopDBInstance', input: database, asks: 'Its connections are cut.' },
  ],
  'AWS::RDS::DBCluster': [
    {
      label: 'Fail over',
      service: 'rds',
      operation: 'FailoverDBCluster',
      input: cluster,
      asks: 'A reader becomes the writer, and connections to the writer are cut.',
    },
    { label: 'Start', service: 'rds', operation: 'StartDBCluster', input: cluster },
    { label: 'Stop', service: 'rds', operation: 'StopDBCluster', input: cluster, asks: 'Its connections are cut.' },
  ],
  'AWS::CloudFront::Distribution': [
    {
      label: 'Invalidate everything',
      service: 'cloudfront',
      operation: 'CreateInvalidation',
      asks: 'Every cached object is asked of its origin anew.',
      input: ({ physicalId }) => ({
        DistributionId: physicalId,
        // A reference is good for one invalidation.
        InvalidationBatch: {
          CallerReference: `console-${Date.now()}`,
          Paths: { Quantity: 1, Items: ['/*'] },
        },
      }),
    },
  ],
  'AWS::SecretsManager::Secret': [
    {
      label: 'Rotate',
      service: 'secretsmanager',
      operation: 'RotateSecret',
      asks: 'The secret gets a new value, by the function that it is rotated with.',
      input: ({ physicalId }) => ({ SecretId: physicalId }),
    },
  ],
};

import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';

export interface WorkQueueOptions {
  /** The time-out of the function that works the queue. */
  readonly workerTimeout: Duration;
}

/**
 * A standard queue for a Lambda function, with the dead-letter queue its messages end in. Both encrypt at rest with
 * SQS's own key, refuse plain HTTP and keep messages for 14 days, SQS's longest: a redrive keeps a message's age.
 */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { workerTimeout }: WorkQueueOptions) {
    super(scope, id);
    const shared = {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    };
    this.deadLetters = new Queue(this, 'DeadLetters', shared);
    // "Using Lambda with Amazon SQS": a visibility time-out of six times the function's time-out, so that Lambda can
    // retry a batch it was throttled on, and a maxReceiveCount of at least five.
    this.queue = new Queue(this, 'Queue', {
      ...shared,
      visibilityTimeout: Duration.seconds(6 * workerTimeout.toSeconds()),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 5 },
    });
  }
}

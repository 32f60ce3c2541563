import type { GenerateDataKeyCommandOutput } from '@aws-sdk/client-kms';
import { defineEngine } from '../../../kernel/engine.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { describePrincipal } from '../../../kernel/principal.ts';
import type { Context } from '../../../kernel/service.ts';
import type { Topic } from '../state.ts';

/** SNS uses a data key for five minutes before it asks again ("Estimating AWS KMS costs", Developer Guide). */
const askedMs = 5 * 60_000;
const mostPublishers = 10_000;
const publishers = defineEngine('sns.publishers-with-key', () => new Map<string, number>());

/**
 * Who publishes to a topic under a key of KMS needs kms:GenerateDataKey and kms:Decrypt for it ("Setting up Amazon SNS topic
 * encryption"). Only that is checked: publications lie in the data folder as they came. Undefined: nothing to wait for.
 */
export function checkTopicKey(ctx: Context, topic: Topic): Promise<void> | undefined {
  const KeyId = topic.attributes.KmsMasterKeyId;
  if (!KeyId) return undefined;
  const known = ctx.engine(publishers);
  const name = `${describePrincipal(ctx.principal)} ${topic.TopicArn} ${KeyId}`;
  const lastMs = known.get(name);
  if (lastMs !== undefined && ctx.clock.now() - lastMs < askedMs) return undefined;
  return askForKey(ctx, topic, KeyId).then(() => {
    if (known.size >= mostPublishers) known.clear();
    known.set(name, ctx.clock.now());
  });
}

async function askForKey(ctx: Context, { TopicArn }: Topic, KeyId: string): Promise<void> {
  const EncryptionContext = { 'aws:sns:topicArn': TopicArn };
  try {
    const made: GenerateDataKeyCommandOutput = await ctx.call('kms', 'GenerateDataKey', {
      KeyId,
      KeySpec: 'AES_256',
      EncryptionContext,
    });
    await ctx.call('kms', 'Decrypt', { CiphertextBlob: made.CiphertextBlob, EncryptionContext });
  } catch (error) {
    if (!(error instanceof AwsError) || error.status >= 500) throw error;
    throw new AwsError(`KMS${error.code.replace(/^KMS|Exception$/g, '')}`, error.message, { status: 400 });
  }
}

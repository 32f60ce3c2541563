interface TemplateTarget {
  Event?: string;
  Filter?: { S3Key?: { Rules?: { Name?: string; Value?: string }[] } };
  Queue?: string;
  Topic?: string;
  Function?: string;
}

/** A template's notification configuration in the API's form. */
export function notificationsOf(configuration: Record<string, unknown>): object {
  const list = (name: string): TemplateTarget[] => (configuration[name] ?? []) as TemplateTarget[];
  const common = (target: TemplateTarget, index: number) => ({
    Id: String(index),
    Events: [target.Event],
    ...(target.Filter?.S3Key ? { Filter: { Key: { FilterRules: target.Filter.S3Key.Rules } } } : {}),
  });
  return {
    QueueConfigurations: list('QueueConfigurations').map((target, index) => ({ ...common(target, index), QueueArn: target.Queue })),
    TopicConfigurations: list('TopicConfigurations').map((target, index) => ({ ...common(target, index), TopicArn: target.Topic })),
    LambdaFunctionConfigurations: list('LambdaConfigurations').map((target, index) => ({ ...common(target, index), LambdaFunctionArn: target.Function })),
  };
}

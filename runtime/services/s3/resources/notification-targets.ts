interface TemplateTarget {
  Event?: string;
  Filter?: { S3Key?: { Rules?: { Name?: string; Value?: string }[] } };
  Queue?: string;
  Topic?: string;
  Function?: string;
}

/** A template's notification configuration in the API's form. */
export function notificationsOf(configuration: Record<string, unknown>): object {
  const list = (name: string, member: string, arn: 'Queue' | 'Topic' | 'Function'): object => {
    const targets = (configuration[name] ?? []) as TemplateTarget[];
    const described = targets.map((target) => ({
      Events: [target.Event],
      ...(target.Filter?.S3Key ? { Filter: { Key: { FilterRules: target.Filter.S3Key.Rules } } } : {}),
      [member]: target[arn],
    }));
    return described.length > 0
      ? { [name === 'LambdaConfigurations' ? 'LambdaFunctionConfigurations' : name]: described }
      : {};
  };
  const bridge = configuration.EventBridgeConfiguration as { EventBridgeEnabled?: boolean | string } | undefined;
  return {
    ...list('QueueConfigurations', 'QueueArn', 'Queue'),
    ...list('TopicConfigurations', 'TopicArn', 'Topic'),
    ...list('LambdaConfigurations', 'LambdaFunctionArn', 'Function'),
    ...(bridge && String(bridge.EventBridgeEnabled ?? true) === 'true' ? { EventBridgeConfiguration: {} } : {}),
  };
}

/** Members of inputs that nothing reads, rightly: `service Member.Path`, with why leaving them unread is what AWS does. */
export const rightlyUnread: Record<string, string> = {
  'apigatewayv2 IdentityValidationExpression': 'AWS says of it: this parameter is not used',
  'application-autoscaling TargetTrackingScalingPolicyConfiguration.CustomizedMetricSpecification.Metrics.ReturnData':
    'the metric that is compared is the one whose expression refers to the others',
  'autoscaling IncludeManagedResources': 'nothing is managed by another service',
  'autoscaling WaitForTransitioningInstances': 'what is being started or ended is finished either way',
  'autoscaling TargetTrackingConfiguration.CustomizedMetricSpecification.Metrics.ReturnData':
    'the metric that is compared is the one whose expression refers to the others',
  'dynamodb ConfirmRemoveSelfResourceAccess': 'the account can always change the policy',
  'ec2 AllAvailabilityZones': 'there are no Local Zones',
  'ec2 AllRegions': 'every region is enabled',
  'ec2 IncludeDeprecated': 'no image is deprecated',
  'ec2 IncludeDisabled': 'no image is disabled',
  'ec2 IncludeManagedResources': 'nothing is managed by another service',
  'ec2 IpPermissions.UserIdGroupPairs.PeeringStatus': 'it is told, never asked',
  'ecr filter.imageStatus': 'no image can be pushed',
  'ecr filter.tagStatus': 'no image can be pushed',
  'iam AllUsers': 'no such credential can be made',
  'iam AssignmentStatus': 'no device can be made',
  'iam ContextEntries.ContextKeyType': 'the operator of a condition says how values are compared',
  'iam Marker': 'what is listed is always empty',
  'iam MaxItems': 'what is listed is always empty',
  'iam PathPrefix': 'what is listed is always empty',
  'iam ServiceName': 'no such credential can be made',
  'kms GrantTokens': 'a grant holds from the moment it is made',
  'logs interleaved': 'AWS ignores it: events are always interleaved',
  'logs unmask': 'nothing is masked: data protection policies are refused',
  'rds IncludeAll': 'every version is available',
  'rds IncludePublic': 'there is one account, whose snapshots are all listed',
  'rds IncludeShared': 'there is one account, whose snapshots are all listed',
  'rds Parameters.MinimumEngineVersion': 'it is told, never asked',
  'route53 VPC.VPCRegion': "a VPC's id says which it is",
  's3 AccessControlPolicy.Grants.Grantee.DisplayName': 'AWS goes by the ID',
  's3 AccessControlPolicy.Owner.DisplayName': 'AWS goes by the ID',
  's3 BucketLoggingStatus.LoggingEnabled.TargetObjectKeyFormat.SimplePrefix': 'it is what happens without a format',
  's3 ConfirmRemoveSelfBucketAccess': 'the account can always change the policy',
  's3 RequestPayer': 'no bucket makes the requester pay',
  'sqs BinaryListValues': 'AWS says of it: not implemented, reserved for future use',
  'sqs StringListValues': 'AWS says of it: not implemented, reserved for future use',
};

/** Kinds of statements and settings that are refused by name where rules are compiled, at whatever depth they stand. */
export const refusedWhereCompiled: Record<string, RegExp> = {
  wafv2: /\.(?:AsnMatchStatement\.AsnList|CustomKeys\.ASN|ManagedRuleGroupConfigs\.\w+)$/,
};

import { AwsError } from '../../kernel/errors.ts';

/** Elastic Load Balancing API Reference (2015-12-01), each action's "Errors". */
function error(code: string, message: string): AwsError {
  return new AwsError(code, message, { status: 400 });
}

export const validationError = (message: string) => error('ValidationError', message);
export const loadBalancerNotFound = (names?: string) =>
  error(
    'LoadBalancerNotFound',
    names ? `Load balancers '[${names}]' not found` : 'One or more load balancers not found',
  );
export const targetGroupNotFound = (names?: string) =>
  error('TargetGroupNotFound', names ? `Target groups '[${names}]' not found` : 'One or more target groups not found');
export const listenerNotFound = () => error('ListenerNotFound', 'One or more listeners not found');
export const ruleNotFound = () => error('RuleNotFound', 'One or more rules not found');
export const duplicateLoadBalancerName = (name: string) =>
  error(
    'DuplicateLoadBalancerName',
    `A load balancer with the same name '${name}' exists, but with different settings`,
  );
export const duplicateTargetGroupName = (name: string) =>
  error('DuplicateTargetGroupName', `A target group with the same name '${name}' exists, but with different settings`);
export const duplicateListener = () =>
  error('DuplicateListener', 'A listener already exists on this port for this load balancer');
export const priorityInUse = (priority: number) => error('PriorityInUse', `Priority '${priority}' is currently in use`);
export const targetGroupInUse = (arn: string) =>
  error('ResourceInUse', `Target group '${arn}' is currently in use by a listener or a rule`);
export const operationNotPermitted = (message: string) => error('OperationNotPermitted', message);
export const targetGroupAssociationLimit = (arn: string) =>
  error(
    'TargetGroupAssociationLimit',
    `The following target groups cannot be associated with more than one load balancer: ${arn}`,
  );
export const incompatibleProtocols = (arn: string) =>
  error(
    'IncompatibleProtocols',
    `The protocol of target group '${arn}' is not compatible with the load balancer's listeners`,
  );
export const invalidTarget = (message: string) => error('InvalidTarget', message);
export const subnetNotFound = (id: string) => error('SubnetNotFound', `The subnet ID '${id}' does not exist`);
export const invalidSubnet = (message: string) => error('InvalidSubnet', message);
export const invalidSecurityGroup = (message: string) => error('InvalidSecurityGroup', message);
export const invalidConfiguration = (message: string) => error('InvalidConfigurationRequest', message);
export const invalidScheme = () => error('InvalidScheme', 'The requested scheme is not valid');
export const unsupportedProtocol = (protocol: string) =>
  error('UnsupportedProtocol', `The protocol '${protocol}' is not supported`);
export const certificateNotFound = (arn: string) => error('CertificateNotFound', `Certificate '${arn}' not found`);
export const sslPolicyNotFound = (name: string) => error('SSLPolicyNotFound', `SSL policy '${name}' not found`);
export const tooMany = (code: string, message: string) => error(code, message);
export const duplicateTagKeys = () => error('DuplicateTagKeys', 'A tag key was specified more than once');

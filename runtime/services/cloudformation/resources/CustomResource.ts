import type { DeploymentContext } from '../../../engines/cloudformation/deployment/resource-context.ts';
import { isRecord } from '../../../engines/cloudformation/template/template.ts';
import { parseArn } from '../../../kernel/arn.ts';
import { AwsError } from '../../../kernel/errors.ts';
import { servicePrincipal } from '../../../kernel/principal.ts';
import { defineResource, type ResourceState } from '../../../kernel/resource.ts';
import { type CustomResourceResponse, responseDesk } from '../behaviour/response-desk.ts';

interface CustomProperties extends Record<string, unknown> {
  ServiceToken: string;
  ServiceTimeout?: unknown;
}

/** Stands for AWS::CloudFormation::CustomResource and every Custom::Type. */
export default defineResource<CustomProperties>({
  type: 'AWS::CloudFormation::CustomResource',
  // All others are the provider's to understand: they are handed to it as they are.
  properties: { ServiceToken: 'executed', ServiceTimeout: 'executed' },
  async create(ctx, properties) {
    return request(deployment(ctx), { RequestType: 'Create', properties });
  },
  async update(ctx, physicalId, properties, previous) {
    return request(deployment(ctx), { RequestType: 'Update', properties, previous, physicalId });
  },
  async delete(ctx, physicalId, properties) {
    await request(deployment(ctx), { RequestType: 'Delete', properties, physicalId });
  },
});

function deployment(ctx: object): DeploymentContext {
  return ctx as DeploymentContext;
}

interface CustomRequest {
  RequestType: 'Create' | 'Update' | 'Delete';
  properties: CustomProperties;
  previous?: CustomProperties;
  physicalId?: string;
}

/** "Custom resource request objects": sends the event and waits for the answer at the ResponseURL. */
async function request(ctx: DeploymentContext, about: CustomRequest): Promise<ResourceState> {
  const desk = ctx.engine(responseDesk);
  await desk.listening(ctx.signal);
  const token = ctx.ids.secret(43);
  // A provider whose creation fails is told to delete under this id, for it may have made something.
  const fallbackId = about.physicalId ?? ctx.generateName();
  const event = {
    RequestType: about.RequestType,
    ServiceToken: about.properties.ServiceToken,
    ResponseURL: desk.url(token),
    StackId: ctx.stackId,
    RequestId: ctx.ids.uuid(),
    LogicalResourceId: ctx.logicalId,
    ...(about.physicalId !== undefined && { PhysicalResourceId: about.physicalId }),
    ResourceType: ctx.resourceType,
    ResourceProperties: asStrings(about.properties),
    ...(about.previous && { OldResourceProperties: asStrings(about.previous) }),
  };
  const answered = awaitAnswer(ctx, token, about.properties.ServiceTimeout);
  try {
    const [, response] = await Promise.all([send(ctx, about.properties.ServiceToken, event), answered.response]);
    return stateFrom(response, about, fallbackId);
  } catch (error) {
    if (about.RequestType === 'Create' && typeof error === 'object' && error !== null && !('physicalId' in error)) {
      Object.assign(error, { physicalId: fallbackId });
    }
    throw error;
  } finally {
    answered.end();
  }
}

/** CloudFormation invokes in the name of who deploys; functions without a policy for anybody else answer that. */
async function send(ctx: DeploymentContext, ServiceToken: string, event: object): Promise<void> {
  const arn = parseArn(ServiceToken);
  const message = JSON.stringify(event);
  if (arn?.service === 'lambda') {
    await ctx.call(
      'lambda',
      'Invoke',
      { FunctionName: ServiceToken, InvocationType: 'Event', Payload: Buffer.from(message) },
      { region: arn.region },
    );
  } else if (arn?.service === 'sns') {
    const principal = servicePrincipal('cloudformation.amazonaws.com', ctx.account, {
      sourceArn: ctx.stackId,
      serviceLinked: true,
    });
    const Subject = 'AWS CloudFormation custom resource request';
    await ctx.call(
      'sns',
      'Publish',
      { TopicArn: ServiceToken, Subject, Message: message },
      { region: arn.region, principal },
    );
  } else throw new AwsError('ValidationError', 'Invalid service token.');
}

function awaitAnswer(ctx: DeploymentContext, token: string, serviceTimeout: unknown) {
  const desk = ctx.engine(responseDesk);
  const timeoutMs = Number(serviceTimeout ?? 3600) * 1000;
  let end: () => void = () => undefined;
  const response = new Promise<CustomResourceResponse>((resolve, reject) => {
    const aborted = () => reject(ctx.signal.reason);
    const late = () =>
      reject(
        new AwsError(
          'NotStabilized',
          `CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [${ctx.requestId}]. If you are using the Python cfn-response module, you may need to update your Lambda function code so that CloudFormation can attach the updated version.`,
        ),
      );
    const timer = ctx.clock.after(timeoutMs, `answer of custom resource ${ctx.logicalId}`, late, { basis: 'elapsed' });
    end = () => {
      timer.cancel();
      desk.close(token);
      ctx.signal.removeEventListener('abort', aborted);
    };
    if (ctx.signal.aborted) return aborted();
    ctx.signal.addEventListener('abort', aborted, { once: true });
    desk.open(token, (body) => {
      const parsed = parse(body);
      if (parsed) resolve(parsed);
      else reject(new AwsError('InvalidRequest', 'Invalid Json in response object'));
    });
  });
  // Sending may fail first; the answer then is nobody's.
  response.catch(() => undefined);
  return { response, end: () => end() };
}

function parse(body: string): CustomResourceResponse | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function stateFrom(response: CustomResourceResponse, about: CustomRequest, fallbackId: string): ResourceState {
  const { Status, Reason, PhysicalResourceId, Data } = response;
  if (Status !== 'SUCCESS') {
    const error = new AwsError(
      'GeneralServiceException',
      `Received response status [${Status}] from custom resource. Message returned: ${Reason ?? ''}`,
    );
    throw about.RequestType === 'Create'
      ? Object.assign(error, { physicalId: PhysicalResourceId ?? fallbackId })
      : error;
  }
  if (about.RequestType !== 'Delete' && (PhysicalResourceId === undefined || PhysicalResourceId === '')) {
    throw Object.assign(new AwsError('InvalidRequest', 'Invalid PhysicalResourceId'), { physicalId: fallbackId });
  }
  return { physicalId: PhysicalResourceId ?? fallbackId, attributes: isRecord(Data) ? Data : {} };
}

/** Providers get every scalar as text, except ServiceTimeout's own use here ("Custom resource request objects"). */
function asStrings(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asStrings);
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, asStrings(entry)]));
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}

import type { AwsError } from '../../kernel/errors.ts';
import { lookupTable } from '../../kernel/lookup-table.ts';

type Parameters = Record<string, string>;
type Output = Record<string, unknown>;
interface Answer {
  headers: Record<string, string>;
  body: string;
}

/** What a subtype of a first-class integration calls ("Integration subtype reference", API Gateway Developer Guide). */
export interface ServiceAction {
  service: string;
  operation: string;
  required: string[];
  optional: string[];
  input(parameters: Parameters): object;
  answer(output: Output, requestId: string): Answer;
  refusal(error: AwsError): Answer;
}

export const serviceActions: Record<string, ServiceAction> = lookupTable({
  'SQS-SendMessage': sqs(
    'SendMessage',
    ['QueueUrl', 'MessageBody'],
    ['DelaySeconds', 'MessageAttributes', 'MessageDeduplicationId', 'MessageGroupId', 'MessageSystemAttributes'],
  ),
  'SQS-ReceiveMessage': sqs(
    'ReceiveMessage',
    ['QueueUrl'],
    [
      'AttributeNames',
      'MaxNumberOfMessages',
      'MessageAttributeNames',
      'ReceiveRequestAttemptId',
      'VisibilityTimeout',
      'WaitTimeSeconds',
    ],
  ),
  'SQS-DeleteMessage': sqs('DeleteMessage', ['ReceiptHandle', 'QueueUrl'], []),
  'SQS-PurgeQueue': sqs('PurgeQueue', ['QueueUrl'], []),
  'EventBridge-PutEvents': {
    service: 'events',
    operation: 'PutEvents',
    required: ['Detail', 'DetailType', 'Source'],
    optional: ['Time', 'EventBusName', 'Resources', 'Region', 'TraceHeader'],
    input: ({ Region: _region, Time, Resources, ...entry }) => ({
      Entries: [
        {
          ...entry,
          ...(Time === undefined ? {} : { Time: new Date(/^\d+$/.test(Time) ? Number(Time) * 1000 : Time) }),
          ...(Resources === undefined ? {} : { Resources: list(Resources) }),
        },
      ],
    }),
    answer: (output) => json(output),
    refusal: (error) => json({ __type: error.code, message: error.message }),
  },
});

/** Subtypes that AWS has and Orrery does not run: refused by name. */
export const refusedSubtypes = [
  'AppConfig-GetConfiguration',
  'Kinesis-PutRecord',
  'StepFunctions-StartExecution',
  'StepFunctions-StartSyncExecution',
  'StepFunctions-StopExecution',
];

const numbers = new Set(['DelaySeconds', 'MaxNumberOfMessages', 'VisibilityTimeout', 'WaitTimeSeconds']);
const lists = new Set(['AttributeNames', 'MessageAttributeNames']);
const structures = new Set(['MessageAttributes', 'MessageSystemAttributes']);

/** SQS answers API Gateway in its query protocol, whose XML goes to the client. */
function sqs(operation: string, required: string[], optional: string[]): ServiceAction {
  return {
    service: 'sqs',
    operation,
    required,
    optional: [...optional, 'Region'],
    input: ({ Region: _region, ...parameters }) =>
      Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, memberOf(name, value)])),
    answer: (output, requestId) => {
      const result = members(output);
      const wrapped = result === '' ? '' : `<${operation}Result>${result}</${operation}Result>`;
      return xml(
        `<${operation}Response xmlns="http://queue.amazonaws.com/doc/2012-11-05/">${wrapped}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`,
      );
    },
    refusal: (error) =>
      xml(
        `<ErrorResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><Error><Type>${error.fault === 'server' ? 'Receiver' : 'Sender'}</Type><Code>${escapeXml(error.queryCode ?? error.code)}</Code><Message>${escapeXml(error.message)}</Message><Detail/></Error></ErrorResponse>`,
      ),
  };
}

function memberOf(name: string, value: string): unknown {
  if (numbers.has(name)) return Number(value);
  if (lists.has(name)) return list(value);
  return structures.has(name) ? attributes(value) : value;
}

function list(value: string): string[] {
  return value.startsWith('[') ? (JSON.parse(value) as string[]) : value.split(',').map((one) => one.trim());
}

/** Attributes arrive as the JSON of the input's member; binary values in base64. */
function attributes(value: string): object {
  const parsed = JSON.parse(value) as Record<string, { BinaryValue?: string }>;
  return Object.fromEntries(
    Object.entries(parsed).map(([name, attribute]) => [
      name,
      attribute.BinaryValue === undefined
        ? attribute
        : { ...attribute, BinaryValue: Buffer.from(attribute.BinaryValue, 'base64') },
    ]),
  );
}

/** Members as the query protocol of SQS writes them: lists flattened under their singular names, maps as Name and Value. */
function members(output: Output): string {
  return Object.entries(output)
    .filter(([name, value]) => value !== undefined && name !== '$metadata')
    .map(([name, value]) => {
      if (name === 'Messages') return (value as Output[]).map((one) => `<Message>${members(one)}</Message>`).join('');
      if (name === 'Attributes') return pairs('Attribute', value as Output);
      if (name === 'MessageAttributes') return pairs('MessageAttribute', value as Output);
      return `<${name}>${escapeXml(Buffer.isBuffer(value) ? value.toString('base64') : String(value))}</${name}>`;
    })
    .join('');
}

function pairs(element: string, map: Output): string {
  return Object.entries(map)
    .map(([name, value]) => {
      const inside = typeof value === 'object' && value !== null ? members(value as Output) : escapeXml(String(value));
      return `<${element}><Name>${escapeXml(name)}</Name><Value>${inside}</Value></${element}>`;
    })
    .join('');
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function xml(body: string): Answer {
  return { headers: { 'content-type': 'text/xml' }, body: `<?xml version="1.0"?>${body}` };
}

function json(body: object): Answer {
  return { headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(body) };
}

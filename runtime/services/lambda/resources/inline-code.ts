import { packageOnDemand } from '../../../kernel/package-on-demand.ts';

const fflate = packageOnDemand<typeof import('fflate')>('fflate');

/**
 * Code written in a template: CloudFormation makes the file `index` of it and puts the module `cfn-response` beside it
 * ("AWS::Lambda::Function Code", "cfn-response module").
 */
export function inlineZip(text: string, runtime: string): Uint8Array {
  const files: Record<string, string> = runtime.startsWith('python')
    ? { 'index.py': text, 'cfnresponse.py': pythonResponse }
    : { 'index.js': text, 'cfn-response.js': nodeResponse };
  // A fixed time, so that the same text is the same archive.
  const { strToU8, zipSync } = fflate();
  return zipSync(Object.fromEntries(Object.entries(files).map(([name, content]) => [name, strToU8(content)])), {
    mtime: '1980-01-01T00:00:00',
  });
}

const nodeResponse = `'use strict';
exports.SUCCESS = 'SUCCESS';
exports.FAILED = 'FAILED';
exports.send = function send(event, context, responseStatus, responseData, physicalResourceId, noEcho) {
  const body = JSON.stringify({
    Status: responseStatus,
    Reason: 'See the details in CloudWatch Log Stream: ' + context.logStreamName,
    PhysicalResourceId: physicalResourceId || context.logStreamName,
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
    NoEcho: noEcho || false,
    Data: responseData,
  });
  return new Promise((resolve) => {
    const done = () => {
      if (context.done) context.done();
      resolve();
    };
    const options = { method: 'PUT', headers: { 'content-type': '', 'content-length': Buffer.byteLength(body) } };
    const { request } = require(event.ResponseURL.startsWith('http:') ? 'http' : 'https');
    const sent = request(event.ResponseURL, options, (response) => response.resume().on('end', done));
    sent.on('error', (error) => {
      console.log('send(..) failed executing request(..): ' + error);
      done();
    });
    sent.end(body);
  });
};
`;

const pythonResponse = `import json
import urllib.request

SUCCESS = "SUCCESS"
FAILED = "FAILED"


def send(event, context, responseStatus, responseData, physicalResourceId=None, noEcho=False, reason=None):
    body = json.dumps({
        "Status": responseStatus,
        "Reason": reason or "See the details in CloudWatch Log Stream: {}".format(context.log_stream_name),
        "PhysicalResourceId": physicalResourceId or context.log_stream_name,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "NoEcho": noEcho,
        "Data": responseData,
    }).encode()
    request = urllib.request.Request(event["ResponseURL"], data=body, method="PUT", headers={"content-type": ""})
    try:
        with urllib.request.urlopen(request) as response:
            print("Status code:", response.status)
    except Exception as error:
        print("send(..) failed executing urlopen(..):", error)
`;

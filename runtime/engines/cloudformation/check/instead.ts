/** What runs here in place of types that do not, where there is something: shown to whoever's template is refused. */
const replacements: [types: RegExp, instead: string][] = [
  [
    /^AWS::(ApiGateway::|Serverless::Api$)/,
    'An HTTP API runs: AWS::ApiGatewayV2::Api (HttpApi of aws-apigatewayv2 in the CDK, AWS::Serverless::HttpApi in SAM)',
  ],
  [/^AWS::CloudFront::StreamingDistribution$/, 'AWS::CloudFront::Distribution runs'],
  [
    /^AWS::CloudFormation::Macro$/,
    'AWS::LanguageExtensions, AWS::Include and AWS::Serverless-2016-10-31 run as transforms',
  ],
];

/** Sentences, each once; empty when there is nothing to say. */
export function insteadOf(types: readonly string[]): string {
  const said = replacements
    .filter(([pattern]) => types.some((type) => pattern.test(type)))
    .map(([, text]) => ` ${text}.`);
  return said.join('');
}

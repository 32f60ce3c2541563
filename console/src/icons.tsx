/** Drawn on 24 units with a stroke of the text's colour. */
const paths = {
  orrery: (
    <>
      <ellipse cx="12" cy="12" rx="10.4" ry="4.8" transform="rotate(-24 12 12)" />
      <circle cx="12" cy="12" r="6.4" />
      <circle cx="12" cy="12" r="2.6" fill="currentColor" />
      <circle cx="21.2" cy="7.8" r="1.4" fill="currentColor" />
    </>
  ),
  map: <path d="M9 4 3 6.5v13.5l6-2.5 6 2.5 6-2.5V4l-6 2.5L9 4v13.5M15 6.5V20" />,
  layers: <path d="m12 3 9 4.8-9 4.8-9-4.8L12 3Zm-9 9.6 9 4.8 9-4.8M3 17l9 4.8 9-4.8" />,
  route: <path d="M4 6h9M4 12h13M9 18h11M4 6v12M20 12v6" />,
  logs: <path d="M5 4h14v16H5zM8 8h8M8 12h8M8 16h5" />,
  chart: <path d="M4 4v16h16M8 15l3.5-4.5 3 2.5L20 7" />,
  gauge: <path d="M4 18a9 9 0 1 1 16 0M12 14l4-5" />,
  data: (
    <path d="M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3Zm0 0v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3" />
  ),
  clock: <path d="M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 4v5.4l3.6 2.2" />,
  sun: (
    <path d="M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8Zm0-5v2m0 14v2M3 12h2m14 0h2M5.6 5.6 7 7m10 10 1.4 1.4M18.4 5.6 17 7M7 17l-1.4 1.4" />
  ),
  moon: <path d="M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z" />,
  contrast: <path d="M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 0v18" />,
  bolt: <path d="M13 3 5 13.500h6L10 21l9-11h-6l1-7Z" />,
  close: <path d="m6 6 12 12M18 6 6 18" />,
  outside: <path d="M14 4h6v6m0-6-9 9M18 14v6H4V6h6" />,
  users: (
    <path d="M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-6.5 9c0-3.6 2.9-6 6.5-6s6.5 2.4 6.5 6M16 4.4a3.5 3.5 0 0 1 0 6.2M17.5 14.4c2.4.7 4 2.8 4 5.6" />
  ),
  edge: (
    <path d="M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM3 12h18M12 3c2.6 2.6 3.8 5.6 3.8 9s-1.2 6.4-3.8 9c-2.6-2.6-3.8-5.6-3.8-9S9.400 5.600 12 3Z" />
  ),
  shield: <path d="M12 3 4.500 6v5.500c0 4.700 3 8 7.500 9.500 4.500-1.500 7.500-4.800 7.500-9.500V6L12 3Z" />,
  name: <path d="M4 7h10l6 5-6 5H4V7Zm4 5h.1" />,
  balance: (
    <path d="M4 12h5m0 0 4-6h7M9 12h11M9 12l4 6h7M17.500 3.500 20 6l-2.500 2.500M17.500 9.500 20 12l-2.500 2.500M17.500 15.500 20 18l-2.500 2.500" />
  ),
  gateway: <path d="M4 5h5v14H4zM15 5h5v14h-5zM9 12h6M12.500 9.500 15 12l-2.500 2.500" />,
  function: <path d="M5 20 11 8.500M6 4h3l8 16h3" />,
  machine: <path d="M7 7h10v10H7zM10 3v4M14 3v4M10 17v4M14 17v4M3 10h4M3 14h4M17 10h4M17 14h4" />,
  group: <path d="M4 4h9v9H4zM11 16v4h9v-9h-4" />,
  bucket: <path d="M4 6h16l-2 14H6L4 6Zm0 0c0-1.700 3.600-2.500 8-2.500s8 .8 8 2.500" />,
  table: <path d="M4 5h16v14H4zM4 10h16M4 14.500h16M10 10v9" />,
  queue: <path d="M3 8h5v8H3zM9.500 8h5v8h-5zM16 8h5v8h-5z" />,
  topic: <path d="M4 10v4l4 .5L16 19V5L8 9.500 4 10ZM19 9c1.300 1.700 1.300 4.300 0 6" />,
  events: (
    <path d="M4 7h6l4 10h6M4 17h6l1.500-3.700M14 7h6m-2.500-2.500L20 7l-2.500 2.500M17.500 14.500 20 17l-2.500 2.500" />
  ),
  key: <path d="M8 11a4 4 0 1 0 0 8 4 4 0 0 0 0-8Zm3 1.500L20 4m-4 4 3 3" />,
  secret: <path d="M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3M12 14.500v2" />,
  mail: <path d="M3 6h18v13H3zM3 7l9 7 9-7" />,
  certificate: <path d="M12 3a6 6 0 1 0 0 12 6 6 0 0 0 0-12ZM8.500 14 7 21l5-2.500L17 21l-1.500-7" />,
  nat: <path d="M4 8h12m-3.500-3.500L16 8l-3.500 3.500M20 16H8m3.500-3.500L8 16l3.500 3.500" />,
  cache: <path d="M12 3 4 7v10l8 4 8-4V7l-8-4Zm0 8L4 7m8 4 8-4m-8 4v10" />,
  steps: <path d="M4 4h6v5H4zM14 15h6v5h-6zM7 9v8.500h7" />,
  box: <path d="M4 4h16v16H4z" />,
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {paths[name]}
    </svg>
  );
}

const byType: [RegExp, IconName][] = [
  [/^AWS::CloudFront::/, 'edge'],
  [/^AWS::(WAFv2|Shield|NetworkFirewall)::/, 'shield'],
  [/^AWS::Route53::/, 'name'],
  [/^AWS::(ElasticLoadBalancing|ElasticLoadBalancingV2)::/, 'balance'],
  [/^AWS::(ApiGateway|ApiGatewayV2|AppSync)::/, 'gateway'],
  [/^AWS::(Lambda|Serverless)::/, 'function'],
  [/^AWS::(AutoScaling|ECS|EKS)::/, 'group'],
  [/^AWS::EC2::(NatGateway|InternetGateway|VPCEndpoint|TransitGateway.*|VPCPeeringConnection)$/, 'nat'],
  [/^AWS::EC2::/, 'machine'],
  [/^AWS::(S3|EFS|ECR)::/, 'bucket'],
  [/^AWS::DynamoDB::/, 'table'],
  [/^AWS::(RDS|DocDB|Neptune|Redshift)::/, 'data'],
  [/^AWS::ElastiCache::/, 'cache'],
  [/^AWS::(SQS|Kinesis|KinesisFirehose)::/, 'queue'],
  [/^AWS::SNS::/, 'topic'],
  [/^AWS::(Events|Scheduler|Pipes)::/, 'events'],
  [/^AWS::StepFunctions::/, 'steps'],
  [/^AWS::KMS::/, 'key'],
  [/^AWS::(SecretsManager|SSM|Cognito|IAM)::/, 'secret'],
  [/^AWS::SES::/, 'mail'],
  [/^AWS::CertificateManager::/, 'certificate'],
  [/^AWS::(Logs|CloudWatch)::/, 'chart'],
];

/** A resource type's picture. */
export function iconOf(type: string): IconName {
  return byType.find(([pattern]) => pattern.test(type))?.[1] ?? 'box';
}

/**
 * What each of the five systems must show, by number: boxes (B), arrows (A), claims (C). Tests name the numbers in their
 * titles; `npm run systems` runs them and prints which are shown.
 */
export const requirements: Record<string, Record<string, string>> = {
  'web-classic': {
    'W-B1': 'Route 53 resolves the name to the distribution',
    'W-B2': 'CloudFront caches static content; misses go on to the firewall',
    'W-B3': 'WAF blocks exploits, lets the rest pass',
    'W-B4': 'Application Load Balancer over several zones',
    'W-B5': 'EC2 instances run the three services',
    'W-B6': 'Aurora, Multi-AZ, private, backed up',
    'W-B7': 'Lambda: order notifier, monthly report',
    'W-B8': 'SES mail to the admin',
    'W-B9': 'CloudWatch monitoring and schedule',
    'W-B10': 'IAM, encryption, subnets kept apart',
    'W-A1': 'name → distribution; a hit ends at the edge',
    'W-A2': 'miss → firewall → load balancer → instance',
    'W-A3': 'instance → Aurora and back',
    'W-A4': 'order → function → mail',
    'W-A5': 'month → function → report by mail',
    'W-C1': 'no single failure ends the service',
    'W-C2': 'the database is reached from the instances only',
    'W-C3': 'exploits blocked, ordinary traffic not',
    'W-C4': 'repeat requests do not reach the origin',
    'W-C5': 'backups restore, replication keeps a copy',
    'W-C6': 'the cost is known',
    'W-C7': 'each Well-Architected pillar has a check',
  },
  'serverless-orders': {
    'S-B1': 'CloudFront in front of S3',
    'S-B2': 'private bucket, reached through CloudFront alone',
    'S-B3': 'HTTP API',
    'S-B4': 'Lambda API handler',
    'S-B5': 'SQS queue with dead-letter queue',
    'S-B6': 'Lambda queue processor',
    'S-B7': 'encrypted DynamoDB table',
    'S-B8': 'least privilege for each function',
    'S-B9': 'CloudWatch logs and metrics',
    'S-A1': 'user → CloudFront → S3',
    'S-A2': 'request → API → handler → response',
    'S-A3': 'handler → queue → processor → table',
    'S-A4': 'every service → logs',
    'S-C1': 'capacity follows demand',
    'S-C2': 'the cost of N orders is known',
    'S-C3': 'a module is updated alone, no request lost',
    'S-C4': 'what a role lacks is refused; the bucket refuses strangers',
    'S-C5': 'poison ends in the dead-letter queue and comes back; no order lost',
  },
  'ha-platform': list('H', { B: 25, A: 8, C: 4 }),
  'twelve-services': list('T', { B: 13, A: 6, C: 20 }),
  'multi-region': list('M', { B: 8, A: 2, C: 7 }),
};

/** Systems whose numbers get their words when the work on them begins. */
function list(letter: string, counts: Record<string, number>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(counts).flatMap(([kind, count]) =>
      Array.from({ length: count }, (_, index) => [`${letter}-${kind}${index + 1}`, '']),
    ),
  );
}

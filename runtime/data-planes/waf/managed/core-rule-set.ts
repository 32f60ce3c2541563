import type { FirewallRule, FirewallStatement } from '../table.ts';
import { managedRule, overParts } from './rule.ts';

export const coreNamespace = 'awswaf:managed:aws:core-rule-set:';

/** Scanners and attack tools by the names they give themselves. */
const badBots =
  /nessus|nmap|sqlmap|nikto|masscan|zgrab|dirbuster|gobuster|feroxbuster|\bffuf\b|wfuzz|wpscan|acunetix|netsparker|w3af|havij|openvas|arachni|\bhydra\b|jbrofuzz|whatweb|nuclei|commix|fimap|skipfish|morfeus|zmeu|sqlninja|vega\/|metasploit|burp ?(?:suite|collaborator)|paros|webinspect|brutus|pangolin|joomscan|\(\) ?\{/i;

/** The addresses of instance metadata and of task credentials, in the spellings servers understand. */
const metadata: readonly RegExp[] = [
  /169\.254\.(?:169\.254|170\.(?:2|23))|\[?fd00:ec2::(?:254|23)\]?|\b2852039166\b|0xa9\.?0?xfe|0xa9fea9fe|0251\.0376\.0251\.0376|instance-data\.ec2\.internal|\/latest\/(?:meta-data|user-data|dynamic\/instance-identity|api\/token)/i,
];

/** Steps up the tree, written plainly or encoded a second time. */
const fileInclusion: readonly RegExp[] = [
  /(?:^|[\\/=:])\.{2,3}[\\/]\.{2,3}[\\/]|(?:%2e|%252e|\.){2}(?:%2f|%5c|%252f|%255c)/i,
  /(?:^|[\\/])\.{2}[\\/](?:etc|proc|var|usr|windows|winnt|boot\.ini|web-inf|meta-inf|\.env|\.git)/i,
  /(?:^|[\s=:'"])\/(?:etc\/(?:passwd|shadow|hosts|group|sudoers)|proc\/(?:self|version|cpuinfo|\d+)\/?)/i,
  /^(?:php|expect|phar|zip|glob|file|ogg|ssh2|rar):\/\/(?!\d)/i,
];

const extensions: readonly RegExp[] = [
  /\.(?:log|ini|bak|backup|swp|old|orig|sql|mdb|conf|config|cfg|inc|key|pem|crt|p12|pfx|dll|sys|bat|cmd|asa|cs|vb|vbs|axd|dbf|dat|htaccess|htpasswd|env|pwd|rdb|resx|sh|licx|lnk|printer|webinfo|xsx)(?:$|[?#/\0;])/i,
];

/** URLs whose host is an address: nobody links so, and file inclusion does. */
const remoteInclusion: readonly RegExp[] = [/(?:https?|ftps?|file):\/\/(?:\d{1,3}\.){3}\d{1,3}/i];

const bySize = (field: 'query' | 'path', size: number): FirewallStatement => ({
  kind: 'size',
  comparison: 'GT',
  size,
  field: { kind: field },
  transformations: ['NONE'],
});

/** AWSManagedRulesCommonRuleSet: names, labels and sizes are AWS's ("Baseline rule groups"), the patterns our own. */
export const coreRules: readonly FirewallRule[] = [
  managedRule('NoUserAgent_HEADER', `${coreNamespace}NoUserAgent_Header`, {
    kind: 'not',
    statement: {
      kind: 'size',
      comparison: 'GE',
      size: 1,
      field: { kind: 'header', name: 'user-agent' },
      transformations: ['NONE'],
    },
  }),
  managedRule('UserAgent_BadBots_HEADER', `${coreNamespace}BadBots_Header`, {
    kind: 'regex',
    patterns: [badBots],
    field: { kind: 'header', name: 'user-agent' },
    transformations: ['NONE'],
  }),
  managedRule('SizeRestrictions_QUERYSTRING', `${coreNamespace}SizeRestrictions_QueryString`, bySize('query', 2048)),
  managedRule('SizeRestrictions_Cookie_HEADER', `${coreNamespace}SizeRestrictions_Cookie_Header`, {
    kind: 'size',
    comparison: 'GT',
    size: 10_240,
    field: { kind: 'header', name: 'cookie' },
    transformations: ['NONE'],
  }),
  managedRule('SizeRestrictions_BODY', `${coreNamespace}SizeRestrictions_Body`, {
    kind: 'size',
    comparison: 'GT',
    size: 8192,
    field: { kind: 'body', oversize: 'MATCH' },
    transformations: ['NONE'],
  }),
  managedRule('SizeRestrictions_URIPATH', `${coreNamespace}SizeRestrictions_URIPath`, bySize('path', 1024)),
  ...overParts(coreNamespace, 'EC2MetaDataSSRF', ['BODY', 'COOKIE', 'URIPATH', 'QUERYARGUMENTS'], {
    patterns: metadata,
  }),
  ...overParts(coreNamespace, 'GenericLFI', ['QUERYARGUMENTS', 'URIPATH', 'BODY'], { patterns: fileInclusion }),
  ...overParts(coreNamespace, 'RestrictedExtensions', ['URIPATH', 'QUERYARGUMENTS'], { patterns: extensions }),
  ...overParts(coreNamespace, 'GenericRFI', ['QUERYARGUMENTS', 'BODY', 'URIPATH'], { patterns: remoteInclusion }),
  ...overParts(coreNamespace, 'CrossSiteScripting', ['COOKIE', 'QUERYARGUMENTS', 'BODY', 'URIPATH'], 'xss'),
];

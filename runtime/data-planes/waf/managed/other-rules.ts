import type { FirewallRule } from '../table.ts';
import { managedRule, overParts } from './rule.ts';

/** Rules of the smaller groups. Names and labels are AWS's (Developer Guide, by group), the patterns our own. */

export const adminNamespace = 'awswaf:managed:aws:admin-protection:';
export const adminRules: readonly FirewallRule[] = [
  managedRule('AdminProtection_URIPATH', `${adminNamespace}AdminProtection_URIPath`, {
    kind: 'regex',
    patterns: [
      /^\/+(?:admin|administrator|sqlmanager|phpmyadmin|pma|myadmin|adminer|webadmin|wp-admin|manager\/html|cpanel|whm|plesk|server-(?:status|info)|jmx-console|admin-console|console\/login)(?:$|[/?;.])/i,
    ],
    field: { kind: 'path' },
    transformations: ['URL_DECODE_UNI', 'NORMALIZE_PATH'],
  }),
];

export const badInputsNamespace = 'awswaf:managed:aws:known-bad-inputs:';

/** Serialized Java in base64 and hexadecimal, gadget classes, and Spring's property path of 2022. */
const javaDeserialization: readonly RegExp[] = [
  /\brO0AB[XQ]|\baced0005|java\.lang\.(?:runtime|processbuilder)|javax\.script\.scriptenginemanager|org\.apache\.commons\.collections|ysoserial|class(?:\.|\[["']?)module(?:\.|\]?\[["']?)classloader|getclass\(\)\.forname|#_memberaccess/i,
];

/** ${jndi:…}, and lookups within lookups, which have no other use in a request than to spell it. */
const log4j: readonly RegExp[] = [
  /\$\{[^}]{0,16}jndi[^}]{0,8}:/i,
  /\$\{[^{}]{0,32}\$\{/,
  /\$\{[a-z]{0,5}:{1,2}-?[jndi]\}/i,
];

const reactFlight: readonly RegExp[] = [
  /"?\$[\dA-F]{1,4}:(?:__proto__|constructor):|_prefix"?\s{0,4}:\s{0,4}"[^"]{0,200}process\.mainModule/,
];

const exploitablePaths =
  /\/(?:web-inf|meta-inf)\/|\/\.(?:git|svn|hg|env|aws|ssh|ds_store|htaccess|htpasswd|vscode|idea)(?:$|[/?])|\/(?:cgi-bin\/|vendor\/phpunit|boaform|hnap1|_ignition|actuator\/(?:env|heapdump|gateway)|solr\/admin|wls-wsat|invoker\/jmx|struts2|telescope|druid\/index|autodiscover\/autodiscover\.json)/i;

export const badInputsRules: readonly FirewallRule[] = [
  ...overParts(badInputsNamespace, 'JavaDeserializationRCE', ['HEADER', 'BODY', 'URIPATH', 'QUERYSTRING'], {
    patterns: javaDeserialization,
  }),
  managedRule('Host_localhost_HEADER', `${badInputsNamespace}Host_Localhost_Header`, {
    kind: 'regex',
    patterns: [/^localhost(?::\d{1,5})?$/i],
    field: { kind: 'header', name: 'host' },
    transformations: ['NONE'],
  }),
  managedRule('PROPFIND_METHOD', `${badInputsNamespace}Propfind_Method`, {
    kind: 'bytes',
    search: 'PROPFIND',
    position: 'EXACTLY',
    field: { kind: 'method' },
    transformations: ['NONE'],
  }),
  managedRule('ExploitablePaths_URIPATH', `${badInputsNamespace}ExploitablePaths_URIPath`, {
    kind: 'regex',
    patterns: [exploitablePaths],
    field: { kind: 'path' },
    transformations: ['URL_DECODE_UNI', 'NORMALIZE_PATH'],
  }),
  ...overParts(badInputsNamespace, 'Log4JRCE', ['HEADER', 'QUERYSTRING', 'BODY', 'URIPATH'], { patterns: log4j }),
  ...overParts(badInputsNamespace, 'ReactJSRCE', ['BODY'], { patterns: reactFlight }),
];

export const sqlNamespace = 'awswaf:managed:aws:sql-database:';

/** Beyond the built-in detection: waiting, files, catalogues. */
const extendedSql: readonly RegExp[] = [
  /\b(?:sleep|pg_sleep|benchmark|load_file|xp_cmdshell|utl_http\.request|dbms_(?:pipe|lock)\.\w+)\s{0,4}\(|\bwaitfor\s{1,8}delay\s{0,8}'|\binto\s{1,8}(?:out|dump)file\s{1,8}['"]|\bfrom\s{1,8}(?:information_schema\.|pg_catalog\.|sys\.(?:objects|tables)|sqlite_master)/i,
];

export const sqlRules: readonly FirewallRule[] = [
  ...overParts(sqlNamespace, 'SQLi', ['QUERYARGUMENTS'], { sensitivity: 'LOW' }, ['URL_DECODE_UNI']),
  ...overParts(sqlNamespace, 'SQLiExtendedPatterns', ['QUERYARGUMENTS'], { patterns: extendedSql }, [
    'URL_DECODE_UNI',
    'REPLACE_COMMENTS',
  ]),
  ...overParts(sqlNamespace, 'SQLi', ['BODY'], { sensitivity: 'LOW' }, ['URL_DECODE_UNI']),
  ...overParts(sqlNamespace, 'SQLiExtendedPatterns', ['BODY'], { patterns: extendedSql }, [
    'URL_DECODE_UNI',
    'REPLACE_COMMENTS',
  ]),
  ...overParts(sqlNamespace, 'SQLi', ['COOKIE', 'URIPATH'], { sensitivity: 'LOW' }, ['URL_DECODE_UNI']),
];

export const linuxNamespace = 'awswaf:managed:aws:linux-os:';
const linuxFiles: readonly RegExp[] = [
  /(?:^|[/\s=:'"])(?:proc\/(?:version|self|cpuinfo|\d{1,7}\/(?:environ|cmdline))|etc\/(?:passwd|shadow|group|hosts|hostname|issue|crontab|sudoers|ssh\/|nginx\/|apache2\/|mysql\/)|root\/\.(?:ssh|bash|aws)|home\/[\w-]{1,32}\/\.(?:ssh|bash_history|aws)|var\/log\/(?:auth|secure|syslog|messages|nginx|apache))/i,
];
export const linuxRules: readonly FirewallRule[] = overParts(
  linuxNamespace,
  'LFI',
  ['URIPATH', 'QUERYSTRING', 'HEADER'],
  {
    patterns: linuxFiles,
  },
);

export const posixNamespace = 'awswaf:managed:aws:posix-os:';
/** A separator and a command with what it is given: "fish & cat" is a dish, "& cat /etc" a command. */
const shell: readonly RegExp[] = [
  /(?:[;|&`\n]|\$\()\s{0,8}(?:cat\s{1,8}[/~.$*]|ls(?:\s{1,8}[-/~.]|\s{0,8}[;|&`)]|$)|id(?:\s{0,8}[;|&`)]|$)|whoami|uname(?:\s{1,8}-|\s{0,8}[;|&`)]|$)|wget\s{1,8}\S|curl\s{1,8}\S|nc\s{1,8}(?:-|\d|\S{1,64}\s{1,8}\d)|(?:ba|z|k|da)?sh\s{1,8}-|ping\s{1,8}-|sleep\s{1,8}\d|rm\s{1,8}-|chmod\s{1,8}[+\d]|(?:python\d?|perl|ruby|php|node)\s{1,8}-|nslookup\s{1,8}\S|dig\s{1,8}\S|echo\s{1,8}[$"'`]|env(?:\s{0,8}[;|&`)]|$)|printenv|ps\s{1,8}(?:-|aux)|netstat|ifconfig)/i,
  /(?:^|[\s;|&`('"=])\/(?:usr\/(?:local\/)?)?s?bin\/[a-z]/i,
  /\$\{?IFS\b|\becho\s{1,8}\$(?:HOME|PATH|USER|SHELL|PWD)\b|\/dev\/(?:tcp|udp)\/|\$\(\s{0,8}(?:id|whoami|cat|ls|uname|curl|wget)\b/,
];
export const posixRules: readonly FirewallRule[] = overParts(
  posixNamespace,
  'UNIXShellCommandsVariables',
  ['QUERYSTRING', 'BODY', 'HEADER'],
  { patterns: shell },
  ['URL_DECODE_UNI'],
);

export const windowsNamespace = 'awswaf:managed:aws:windows-os:';
const windowsShell: readonly RegExp[] = [
  /(?:[;|&]|^)\s{0,8}(?:cmd(?:\.exe)?\s{1,8}\/[ck]\b|net\s{1,8}(?:user|localgroup|share|view)\b|ipconfig(?:\s{1,8}\/|$)|systeminfo\b|tasklist\b|reg\s{1,8}(?:add|query)\b|certutil\s{1,8}-|type\s{1,8}[a-z]:\\|dir\s{1,8}[a-z]:\\)|\bc:\\+(?:windows|winnt)\\/i,
];
const powerShell: readonly RegExp[] = [
  /\bpowershell(?:\.exe)?\s{1,8}-|\binvoke-(?:expression|webrequest|command|mimikatz)\b|\biex\s{0,8}\(|new-object\s{1,8}(?:system\.)?net\.webclient|\bfrombase64string\s{0,8}\(/i,
];
const windowsParts = ['COOKIE', 'QUERYARGUMENTS', 'BODY'] as const;
export const windowsRules: readonly FirewallRule[] = [
  ...overParts(windowsNamespace, 'WindowsShellCommands', windowsParts, { patterns: windowsShell }, ['URL_DECODE_UNI']),
  ...overParts(windowsNamespace, 'PowerShellCommands', windowsParts, { patterns: powerShell }, ['URL_DECODE_UNI']),
];

export const phpNamespace = 'awswaf:managed:aws:php-app:';
const php: readonly RegExp[] = [
  /<\?php\b|<\?=|\bfsockopen\s{0,4}\(|\b(?:shell_exec|passthru|proc_open|popen|pcntl_exec|base64_decode|call_user_func(?:_array)?|assert|phpinfo)\s{0,4}\(|\$_(?:GET|POST|REQUEST|COOKIE|SERVER|FILES|SESSION|ENV)\b|\$GLOBALS\b|php:\/\/(?:input|filter|stdin|memory)|allow_url_include|auto_prepend_file/i,
];
export const phpRules: readonly FirewallRule[] = overParts(
  phpNamespace,
  'PHPHighRiskMethodsVariables',
  ['HEADER', 'QUERYSTRING', 'BODY'],
  { patterns: php },
  ['URL_DECODE_UNI'],
);

export const reputationNamespace = 'awswaf:managed:aws:amazon-ip-list:';
/** AWS's list is not public: the rules are there, and no address is on them. */
const empty = { kind: 'addresses', addresses: [], forwarded: undefined } as const;
export const reputationRules: readonly FirewallRule[] = [
  managedRule('AWSManagedIPReputationList', `${reputationNamespace}AWSManagedIPReputationList`, empty),
  managedRule('AWSManagedReconnaissanceList', `${reputationNamespace}AWSManagedReconnaissanceList`, empty),
  {
    ...managedRule('AWSManagedIPDDoSList', `${reputationNamespace}AWSManagedIPDDoSList`, empty),
    action: { kind: 'count', insertHeaders: [] },
  },
];

/** What breaks a rule of tidy.test.ts, with its reason. A number here may only fall. */
export const exceptions: {
  lines: Record<string, number>;
  functions: Record<string, string>;
  time: Record<string, string>;
  expressions: Record<string, string>;
} = {
  lines: {},
  functions: {},
  time: {
    'runtime/data-planes/http/direct-connections.ts':
      'ends a connection on which a client of this machine has long said nothing, as every HTTP server does',
    'runtime/data-planes/cdn/functions/function-worker.ts':
      "bounds a viewer function's real computing time in a worker thread, which has no kernel",
  },
  expressions: {
    'runtime/engines/patterns/bounded-expression.ts':
      'gives the pattern of a user half a second, since it may look ahead',
    'runtime/services/lambda/function-names.ts': 'of a constant',
    'runtime/engines/ses/html-parts.ts': 'of a boundary whose characters mean themselves, and of two names',
    'runtime/cli/deploy/this-account.ts': 'of twelve digits',
    'runtime/data-planes/cdn/viewer/private-content.ts': "of three cookies' names",
    'runtime/data-planes/waf/detect-xss.ts': 'of constants',
    'runtime/data-planes/waf/detect-sqli.ts': 'of constants',
  },
};

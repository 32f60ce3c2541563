'use strict';
// AWS's runtime has every client of the SDK; this machine has those that Orrery itself knows. Code that loads another one
// and never uses it (the CDK's provider framework loads Step Functions') must load; its use is refused by name.
const module_ = require('node:module');

exports.install = function install() {
  const load = module_.Module._load;
  module_.Module._load = function loadOrStandIn(request, ...rest) {
    try {
      return load.call(this, request, ...rest);
    } catch (error) {
      const missing = error?.code === 'MODULE_NOT_FOUND' && String(error.message).includes(`'${request}'`);
      if (!missing || !/^@aws-sdk\/client-[a-z0-9-]+$/.test(request)) throw error;
      return standIn(request);
    }
  };
};

function standIn(name) {
  const refuse = () => {
    throw new Error(
      `${name} is refused: Orrery has not that client of the AWS SDK, which AWS's runtime has. Bundle it with the function.`,
    );
  };
  /** Clients can be made; whatever is asked of them is refused. */
  class Client {
    constructor() {
      // biome-ignore lint/correctness/noConstructorReturn: what is asked of it is not known before
      return new Proxy({}, { get: (_target, key) => (typeof key === 'symbol' ? undefined : refuse) });
    }
  }
  return new Proxy(
    {},
    { get: (_target, key) => (key === '__esModule' ? true : typeof key === 'symbol' ? undefined : Client) },
  );
}

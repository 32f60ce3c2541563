/** Where a cloud listens unless told otherwise. */
export const defaultPorts = { api: 4566, http: 8080, https: 8443, dns: 5353, smtp: 2525 };

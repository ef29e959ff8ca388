import { setLog } from './calls.js';
import { C } from './functions.js';
import { NativeflowError, Code, check } from './error.js';
import { Secret, takeAll } from './secret.js';

/** Passes texts to C in memory that is wiped afterwards: a client secret or a proxy's URL, which may be a Secret. */
function withText(texts, use) {
  const secrets = takeAll(texts.map((text) => (text instanceof Secret ? text : Secret.from(text))));
  try {
    check(use(...secrets.map((secret) => secret.memory)));
  } finally {
    secrets.forEach((secret) => secret.wipe());
  }
}

const text = (set) => (options, value) => withText([value], (memory) => set(options, memory));

const milliseconds = (set) => (options, value) => {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) {
    throw new NativeflowError(Code.INVALID_OPTION, 'Invalid time (not a whole number of milliseconds, or out of range)', 'Set 0 to 4294967295 milliseconds.');
  }
  check(set(options, value));
};

const setters = {
  baseUrl: text(C.nf_options_set_base_url),
  oauth2: (options, use) => use && check(C.nf_options_use_oauth2(options)),
  // A line that was read may be shorter than its memory.
  clientSecret: (options, secret) => withText([secret], (memory) => C.nf_options_set_client_secret(options, memory, memory.indexOf(0))),
  credentialType: (options, type) => check(C.nf_options_set_credential_type(options, type)),
  allowHost: (options, hosts) => [hosts].flat().forEach((host) => withText([host], (memory) => C.nf_options_allow_host(options, memory))),
  userAgent: text(C.nf_options_set_user_agent),
  caFile: text(C.nf_options_set_ca_file),
  caPem: (options, pem) => withText([pem], (memory) => C.nf_options_add_ca_pem(options, memory, memory.length - 1)),
  clientCertificate: (options, { chainFile, keyFile }) =>
    withText([chainFile, keyFile], (chain, key) => C.nf_options_set_client_certificate(options, chain, key)),
  proxy: text(C.nf_options_set_proxy),
  proxyBypass: text(C.nf_options_set_proxy_bypass),
  environmentProxy: (options, use) => use && check(C.nf_options_use_environment_proxy(options)),
  timeoutMs: milliseconds(C.nf_options_set_timeout_ms),
  connectTimeoutMs: milliseconds(C.nf_options_set_connect_timeout_ms),
  keepAliveMs: milliseconds(C.nf_options_set_keep_alive_ms),
  refreshMarginMs: milliseconds(C.nf_options_set_refresh_margin_ms),
  holdBackMs: milliseconds(C.nf_options_set_hold_back_ms),
};

/** Creates a C client. */
export function clientFrom({ log, ...settings }) {
  const options = C.nf_options_new();
  try {
    for (const [name, value] of Object.entries(settings)) {
      if (!Object.hasOwn(setters, name)) {
        throw new TypeError(`unknown option: ${name}`);
      }
      setters[name](options, value);
    }
    if (log) {
      setLog(options, log);
    }
    const out = [null];
    check(C.nf_client_new(options, out));
    return out[0];
  } finally {
    C.nf_options_free(options);
  }
}

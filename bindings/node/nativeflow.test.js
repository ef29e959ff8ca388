/**
 * Tests of the binding with the mock server.
 *
 *     node nativeflow.test.js BASE_URL SILENT_URL CA_FILE
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync, openSync, closeSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { withOwnNames } from './error.js';
import { C } from './functions.js';
import { Client, Code, CredentialType, Level, NativeflowError, Secret, Token, codeName, getToken, version, versionNumber } from './nativeflow.js';

const [baseUrl, silentUrl, caFile] = process.argv.slice(2);
const key = 'kX3demoConsumerKey0123';
const credentials = (secret = 'Travel&Expense$2012') => [Secret.from('john_developer@hotmail.com'), Secret.from(secret)];
const isZero = (secrets) => secrets.every((secret) => secret.memory.every((byte) => byte === 0));

/** Uses a client, and closes it. The tests repeat rejected and unanswered logins of one user, which would be held back. */
async function withClient(options, use) {
  const client = new Client({ baseUrl, caFile, holdBackMs: 0, ...options });
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

test('a token has all properties, and a closed one throws', () =>
  withClient({}, async (client) => {
    const used = credentials();
    const token = await client.getToken(key, ...used);
    assert(isZero(used));
    const copy = token.copyValue();
    assert.equal(copy.toString(), token.value);
    assert.equal(token.authorization, `${token.scheme} ${token.value}`);
    assert.notEqual(token.instanceUrl, '');
    assert(token.expiresAt > new Date());
    assert.notEqual(token.expirationDate, '');
    assert.match(token.remoteAddress, /^127\.0\.0\.1:\d+$/);
    assert(token.timingsUs.total > token.timingsUs.server && token.timingsUs.server > 0);
    assert.equal(typeof token.refreshToken, 'string');
    token.close();
    token.close();
    assert.throws(() => token.value, TypeError);
  }));

test('a rejection has a code, a message and a remedy', () =>
  withClient({}, async (client) => {
    const used = credentials('a wrong one');
    await assert.rejects(client.getToken(key, ...used), (error) => {
      assert(error instanceof NativeflowError);
      assert.equal(error.code, Code.DENIED);
      assert.equal(error.name, 'NF_DENIED');
      assert.equal(error.httpStatus, 403);
      assert.equal(error.retryAfterMs, null);
      assert.equal(error.serverCode, -1);
      assert.notEqual(error.remedy, '');
      assert.match(error.callId, /^[0-9a-f]{4}-\d+$/);
      assert(error.remoteAddress !== '' && error.timingsUs.total > error.timingsUs.server && error.timingsUs.tls > 0);
      return true;
    });
    assert(isZero(used));
  }));

const clientSecret = 'c5Gk/demo+Client=Secret';
const oauth2 = (options) => ({ oauth2: true, clientSecret: Secret.from(clientSecret), ...options });

test('a token of the OAuth 2.0 service is stored, refreshed and revoked', () =>
  withClient(oauth2(), async (client) => {
    const token = await client.getToken(key, ...credentials());
    assert.equal(token.authorization, `Bearer ${token.value}`);
    assert.equal(token.expirationDate, '');
    assert(token.refreshExpiresAt > token.expiresAt);

    const part = Secret.from(token.refreshToken);
    const { scheme, instanceUrl, refreshExpiresAt } = token;
    const stored = Token.from({ scheme, refreshToken: part, instanceUrl, refreshExpiresAt });
    assert(isZero([part]));
    assert.deepEqual([stored.value, stored.authorization, stored.expiresAt], ['', '', null]);
    assert.deepEqual(stored.refreshExpiresAt, refreshExpiresAt);
    await assert.rejects(client.revokeToken(stored), { code: Code.INVALID_ARGUMENT });
    const refreshed = await client.refreshToken(key, stored);
    assert.notEqual(refreshed.value, '');
    assert.notEqual(refreshed.value, token.value);
    assert.notEqual(refreshed.refreshToken, token.refreshToken);

    await assert.rejects(client.revokeToken(refreshed, token), { code: Code.INVALID_ARGUMENT });
    assert.equal(await client.revokeToken(refreshed), undefined);
    await assert.rejects(client.refreshToken(key, refreshed), { code: Code.REFRESH_EXPIRED, serverCode: 108 });
    [token, stored, refreshed].forEach((one) => one.close());
    await assert.rejects(client.refreshToken(key, token), TypeError);
    await assert.rejects(client.revokeToken(token), TypeError);
  }));

test('a token of the Native Flow is refreshed and revoked', () =>
  withClient({ clientSecret }, async (client) => {
    const token = await client.getToken(key, ...credentials());
    assert.equal(token.refreshExpiresAt, null);
    const refreshed = await client.refreshToken(key, token);
    assert.notEqual(refreshed.value, token.value);
    assert.equal(refreshed.refreshToken, token.refreshToken);
    await client.revokeToken(token, refreshed);
    await client.revokeToken(refreshed, null);
    await assert.rejects(client.getApplicationToken(key), { code: Code.INVALID_OPTION });
    [token, refreshed].forEach((one) => one.close());
  }));

test('an application and a company get tokens', () =>
  withClient(oauth2({ credentialType: CredentialType.AUTHTOKEN }), async (client) => {
    const company = [Secret.from('5f0c1d2e-8a4b-4c6d-9e7f-0a1b2c3d4e5f'), Secret.from('at-request+token/of=company')];
    (await client.getToken(key, ...company)).close();
    const token = await client.getApplicationToken(key);
    assert.notEqual(token.value, '');
    assert.equal(token.refreshToken, '');
    token.close();
  }));

test('an error of the OAuth 2.0 service has its number', () =>
  withClient(oauth2({ baseUrl: `${baseUrl}/scenario/oauth2-code-14` }), (client) =>
    assert.rejects(client.getToken(key, ...credentials()), { code: Code.ACCOUNT_LOCKED, serverCode: 14, retryAfterMs: null })));

test('options of the OAuth 2.0 service are checked', () => {
  const wrong = [
    { oauth2: true }, { clientSecret: '' }, { clientSecret: 'a\n' }, { credentialType: CredentialType.AUTHTOKEN }, { credentialType: 7 },
    { allowHost: ['localhost:8443', 'https://localhost'] },
  ];
  for (const options of wrong) {
    assert.throws(() => new Client({ caFile, ...options }), { code: Code.INVALID_OPTION }, JSON.stringify(options));
  }
  const used = Secret.from(clientSecret);
  new Client({ caFile, oauth2: true, clientSecret: used, allowHost: 'localhost:8443' }).close();
  assert(isZero([used]));
  assert.throws(() => new Client({ caFile, clientSecret: used }), { code: Code.INVALID_ARGUMENT });
});

test('invalid parts of a token are rejected, and wiped', () => {
  for (const [scheme, value, refreshToken, instanceUrl] of [
    ['Basic', 'v', 'r'], ['Bearer', '', ''], ['OAuth', 'v', 'a b'], ['OAuth', 'v', 'r', 'http://example.com'], ['OAuth', 'v', 'r', 'https://a\0b'],
  ]) {
    const secrets = [value, refreshToken].map(Secret.from);
    const parts = { scheme, value: secrets[0], refreshToken: secrets[1], instanceUrl };
    assert.throws(() => Token.from(parts), { code: Code.INVALID_ARGUMENT }, scheme);
    assert(isZero(secrets));
    assert.throws(() => Token.from(parts), /used before/);
  }
});

test('a token that is closed during its call is freed after it', () =>
  withClient(oauth2(), async (client) => {
    const free = C.nf_token_free;
    const freed = [];
    C.nf_token_free = (token) => freed.push(token) && free(token);
    try {
      const token = await client.getToken(key, ...credentials());
      const call = client.refreshToken(key, token);
      token.close();
      token.close();
      assert.equal(freed.length, 0);
      (await call).close();
      assert.equal(freed.length, 2);
    } finally {
      C.nf_token_free = free;
    }
  }));

test('a signal ends each kind of call', () =>
  withClient(oauth2({ baseUrl: silentUrl }), async (client) => {
    const token = Token.from({ scheme: 'Bearer', value: Secret.from('v'), refreshToken: Secret.from('r') });
    for (const call of [
      (options) => client.refreshToken(key, token, options),
      (options) => client.revokeToken(token, null, options),
      (options) => client.getApplicationToken(key, options),
    ]) {
      await assert.rejects(call({ signal: AbortSignal.timeout(100) }), { name: 'TimeoutError' });
    }
    token.close();
  }));
test('a remedy names options of a client', async () => {
  const setters = Object.keys(C).filter((name) => /^nf_options_(set|add|use|allow)_/.test(name));
  assert(setters.length >= 18);
  for (const setter of setters) {
    const [, option] = /^the setting \((\w+)\) or nf_x$/.exec(withOwnNames(`the setting (${setter}) or nf_x`));
    try {
      new Client({ [option]: null }).close();
    } catch (error) {
      assert.doesNotMatch(error.message, /unknown option/);
    }
  }
  const client = new Client({ baseUrl });
  await assert.rejects(client.getToken(key, ...credentials()), (error) => {
    assert.equal(error.code, Code.TLS_UNTRUSTED);
    assert.match(error.remedy, /\bcaFile\b/);
    assert.doesNotMatch(error.remedy, /nf_/);
    return true;
  });
  client.close();
});

test('the event loop continues while a call waits', () =>
  withClient({ baseUrl: silentUrl, timeoutMs: 500 }, async (client) => {
    let turns = 0;
    const ticking = setInterval(() => turns++, 1);
    const used = credentials();
    await assert.rejects(client.getToken(key, ...used), { code: Code.TIMEOUT });
    clearInterval(ticking);
    assert(turns > 5, `${turns} turns`);
    assert(isZero(used));
  }));

test('a signal ends a call with its reason, before and during the call', () =>
  withClient({ baseUrl: silentUrl }, async (client) => {
    const aborting = new AbortController();
    const used = credentials();
    const call = client.getToken(key, ...used, { signal: aborting.signal });
    setTimeout(() => aborting.abort(), 100);
    await assert.rejects(call, { name: 'AbortError' });
    assert(isZero(used));

    const unused = credentials();
    await assert.rejects(client.getToken(key, ...unused, { signal: aborting.signal }), { name: 'AbortError' });
    assert(isZero(unused));

    // More calls than threads: most of them have not started when they are aborted.
    const many = Array.from({ length: 40 }, () => new AbortController());
    const calls = many.map(({ signal }) => client.getToken(key, ...credentials(), { signal }));
    many.forEach((controller) => controller.abort());
    for (const { status, reason } of await Promise.allSettled(calls)) {
      assert.deepEqual([status, reason.name], ['rejected', 'AbortError']);
    }
  }));

test('cancel and close end running calls', async () => {
  for (const end of ['cancel', 'close']) {
    await withClient({ baseUrl: silentUrl }, async (client) => {
      const used = credentials();
      const call = client.getToken(key, ...used);
      setTimeout(() => client[end](), 100);
      await assert.rejects(call, { code: Code.CANCELLED });
      assert(isZero(used));
    });
  }
});

/** A site never responds to these. */
const silentCredentials = () => [Secret.from('silent@example.com'), Secret.from('secret')];

/**
 * Uses a server in front of the mock server. It counts connections and requests. It never responds to silentCredentials(). It
 * forwards other requests when `release` is called.
 */
async function withSite(use) {
  const site = { connections: 0, requests: 0 };
  const released = new Promise((resolve) => {
    site.release = resolve;
  });
  const server = createServer(async (asked, answer) => {
    site.requests++;
    server.emit('asked');
    const user = Buffer.from(asked.headers.authorization.split(' ')[1], 'base64').toString();
    if (!user.startsWith('silent@')) {
      await released;
      const { host, ...headers } = asked.headers;
      request(`${baseUrl}${asked.url}`, { ca: readFileSync(caFile), headers }, (answered) => {
        const { connection, ...kept } = answered.headers;
        answer.writeHead(answered.statusCode, kept);
        answered.pipe(answer);
      }).end();
    }
  });
  server.on('connection', () => site.connections++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  site.baseUrl = `http://127.0.0.1:${server.address().port}`;
  site.asked = () => once(server, 'asked');
  try {
    return await use(site);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Starts a call that a signal can abort. */
function abortable(client) {
  const controller = new AbortController();
  const call = client.getToken(key, ...silentCredentials(), { signal: controller.signal });
  return { abort: () => controller.abort(), ends: () => assert.rejects(call, { name: 'AbortError' }) };
}

/** The number of calls that run at the same time. Others wait for a thread. */
const THREADS = Number(process.env.UV_THREADPOOL_SIZE ?? 4);

test('ten thousand aborted calls do not end another call', () =>
  withSite(async (site) => {
    let atRequest = () => {};
    const log = (level, line) => line.includes('] request') && atRequest();
    const client = new Client({ baseUrl: site.baseUrl, caFile, holdBackMs: 0, keepAliveMs: 60_000, log });
    const asked = site.asked();
    const held = client.getToken(key, ...credentials());
    let heldRuns = true;
    held.finally(() => (heldRuns = false));
    await asked;

    const others = [];
    while (others.length < THREADS - 1) {
      const begun = site.asked();
      others.push(abortable(client));
      await begun;
    }
    const { requests, connections } = site;
    for (let i = 0; i < 4000; i++) {
      const call = abortable(client); // waits for a thread
      call.abort();
      await call.ends();
    }
    assert.deepEqual([site.requests, site.connections], [requests, connections], 'something was sent');
    others.forEach((call) => call.abort());
    await Promise.all(others.map((call) => call.ends()));

    for (let i = 0; i < 4000; i++) {
      const call = abortable(client);
      for (let j = 0; j < i % 16; j++) {
        await new Promise(setImmediate);
      }
      call.abort();
      await call.ends();
    }

    for (let i = 0; i < 2000; i++) {
      const call = abortable(client);
      await new Promise((resolve) => (atRequest = resolve));
      call.abort();
      await call.ends();
    }

    assert(heldRuns);
    site.release();
    (await held).close();
    client.close();
  }));

test('calls that wait for a thread end when they are cancelled, and running ones of another client continue', () =>
  withClient({ baseUrl: silentUrl }, (busy) =>
    withClient({}, async (client) => {
      const running = Array.from({ length: THREADS }, () => abortable(busy));
      const waiting = Array.from({ length: 3 }, () => client.getToken(key, ...credentials()));
      client.cancel();
      for (const call of waiting) {
        await assert.rejects(call, { code: Code.CANCELLED });
      }
      const closed = client.getToken(key, ...credentials());
      client.close();
      await assert.rejects(closed, { code: Code.CANCELLED });
      running.forEach((call) => call.abort());
      await Promise.all(running.map((call) => call.ends()));
    })));

test('calls with different signals use one connection', () =>
  withSite((site) =>
    withClient({ baseUrl: site.baseUrl, keepAliveMs: 60_000 }, async (client) => {
      site.release();
      for (let i = 0; i < 5; i++) {
        (await client.getToken(key, ...credentials(), { signal: new AbortController().signal })).close();
      }
      assert.equal(site.connections, 1);
    })));

test('more calls than koffi has slots, each with a log, all end', () => {
  let lines = 0;
  return withClient({ log: () => lines++ }, async (client) => {
    const calls = Array.from({ length: 300 }, () => client.getToken(key, ...credentials()));
    for (const { status, reason, value } of await Promise.allSettled(calls)) {
      assert.equal(status, 'fulfilled', reason?.message);
      value.close();
    }
    assert(lines >= 300, `${lines} lines`);
  });
});

const toExit = 'setTimeout(() => process.exit(7), 300);';
for (const [what, program, expected] of [
  ['process.exit does not wait for a call', `call(new Silent()); ${toExit}`, 7],
  ['process.exit does not wait for a call with a log', `call(new Silent({ log() {} })); ${toExit}`, 7],
  ['process.exit does not wait for a call that has not started', `call(new Silent({ log() {} })); process.exit(7);`, 7],
  ['process.exit does not wait for more calls than threads', `const client = new Silent({ log() {} }); for (let i = 0; i < 40; i++) call(client); ${toExit}`, 7],
  ['process.exit in a log does not wait for its call', `call(new Silent({ log() { process.exit(7); } }));`, 7],
  ['process.exit does not wait for a call without a client', `call(Silent); ${toExit}`, 7],
  ['an uncaught exception does not wait for a call', `call(new Silent({ log() {} })); setTimeout(() => { throw new Error(); }, 300);`, 1],
]) {
  test(what, () => {
    const binding = JSON.stringify(new URL('./nativeflow.js', import.meta.url));
    const common = `import { Client, Secret } from ${binding};
      class Silent extends Client { constructor(options) { super({ ...${JSON.stringify({ baseUrl: silentUrl, caFile })}, ...options }); } }
      const call = (from) => from.getToken('key', Secret.from('login'), Secret.from('secret'));`;
    const { status } = spawnSync(process.execPath, ['--input-type=module', '--eval', common + program], { timeout: 10_000 });
    assert.equal(status, expected);
  });
}

test('a closed client rejects calls, and wipes their secrets', async () => {
  const client = new Client({ caFile });
  client.close();
  client.close();
  client.cancel();
  const used = credentials();
  await assert.rejects(client.getToken(key, ...used), TypeError);
  assert(isZero(used));
});

test('a secret can be used once, even if it is empty', () =>
  withClient({}, async (client) => {
    const again = { code: Code.INVALID_ARGUMENT, httpStatus: 0 };
    const [login, secret] = credentials();
    (await client.getToken(key, login, secret)).close();
    const [fresh] = credentials();
    await assert.rejects(client.getToken(key, fresh, secret), again);
    assert(isZero([fresh]));
    await assert.rejects(client.getToken(key, login, Secret.from('x')), again);

    // At the same time: the second call does not change the first.
    const shared = Secret.from('Travel&Expense$2012');
    const first = client.getToken(key, credentials()[0], shared);
    await assert.rejects(client.getToken(key, credentials()[0], shared), again);
    (await first).close();

    const empty = Secret.from('');
    await assert.rejects(client.getToken(key, credentials()[0], empty), (error) => error.code !== Code.INVALID_ARGUMENT);
    await assert.rejects(client.getToken(key, credentials()[0], empty), again);

    const proxy = Secret.from('http://user:word@localhost:1');
    new Client({ caFile, proxy }).close();
    assert.throws(() => new Client({ caFile, proxy }), again);
  }));

test('a call has its own secrets: wiping the given ones does not change it', () =>
  withClient({}, async (client) => {
    const [login, secret] = credentials();
    const call = client.getToken(key, login, secret);
    assert(isZero([login, secret]));
    login.wipe();
    secret.wipe();
    (await call).close();
  }));

test('secrets are wiped if another argument is invalid', () =>
  withClient({}, async (client) => {
    const used = credentials();
    (await client.getToken(key, ...used, null)).close();
    assert(isZero(used));
    const unused = [credentials(), credentials()];
    await assert.rejects(client.getToken(key, ...unused[0], { signal: 5 }), TypeError);
    await assert.rejects(getToken('a\0b', ...unused[1]), { code: Code.INVALID_ARGUMENT });
    const [, unasked] = credentials();
    await assert.rejects(client.getToken(key, undefined, unasked), { code: Code.INVALID_ARGUMENT });
    assert(isZero([...unused.flat(), unasked]));
  }));

test('concurrent calls get different tokens', () =>
  withClient({ keepAliveMs: 1000 }, async (client) => {
    const tokens = await Promise.all(Array.from({ length: 8 }, () => client.getToken(key, ...credentials())));
    assert.equal(new Set(tokens.map((token) => token.value)).size, 8);
    tokens.forEach((token) => token.close());
  }));

test('the log receives each step, and its exceptions are ignored', () => {
  const lines = [];
  const log = (level, line) => {
    lines.push([level, line]);
    throw new Error('ignored');
  };
  return withClient({ log }, async (client) => {
    (await client.getToken(key, ...credentials())).close();
    assert(lines.some(([level, line]) => level === Level.INFO && line.includes('] response')));
    assert(!JSON.stringify(lines).includes('Travel'));
  });
});

test('valid options are accepted, and invalid ones rejected', () => {
  const pem = readFileSync(caFile, 'utf8');
  const settings = { userAgent: 'my-erp/4.2', caPem: pem, proxyBypass: 'localhost', environmentProxy: true, timeoutMs: 60_000, connectTimeoutMs: 5000, keepAliveMs: 0, refreshMarginMs: 0, holdBackMs: 0, secretCallback: null };
  new Client({ baseUrl, ...settings }).close();
  new Client({ caFile, proxy: Secret.from('http://user:word@localhost:1') }).close();
  const wrong = [
    { baseUrl: 'http://nowhere' }, { userAgent: '' }, { caFile: 'none' }, { caPem: 'none' }, { proxy: 'ftp://x' }, { proxyBypass: '1.2.3.4/99' }, { timeoutMs: 0 },
    { connectTimeoutMs: -1 }, { keepAliveMs: 2 ** 32 }, { holdBackMs: 2 ** 32 }, { clientCertificate: { chainFile: 'none', keyFile: 'none' } },
  ];
  for (const options of wrong) {
    assert.throws(() => new Client({ ...options, log() {} }), { code: Code.INVALID_OPTION }, JSON.stringify(options));
  }
  assert.throws(() => new Client({ timeout: 1 }), TypeError);
});

test('a line is read to its end only, and rejected if it is too long or contains a NUL', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nativeflow-'));
  const lines = { 'one\n': 'one', 'one\r\ntwo\n': 'one', one: 'one', '': '', '\n': '', 'ß✓\n': 'ß✓', '12345678': '12345678', '12345678\n': '12345678', '1234567\r\n': '1234567', 'one\n\0': 'one' };
  try {
    for (const [written, read] of [...Object.entries(lines), ...['123456789', '123456789\n', '12345678\r\n', 'a\0b\n', '\0\n', 'a\0'].map((line) => [line, null])]) {
      writeFileSync(join(folder, 'line'), written);
      const file = openSync(join(folder, 'line'));
      if (read === null) {
        assert.throws(() => Secret.readLine(file, 8), RangeError);
      } else {
        assert.equal(Secret.readLine(file, 8).memory.toString().replace(/\0+$/, ''), read, JSON.stringify(written));
      }
      closeSync(file);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  assert.throws(() => Secret.from('a\0b'), { code: Code.INVALID_ARGUMENT });
  assert.throws(() => Secret.from('half \ud83d'), { code: Code.INVALID_UTF8 });
  assert.throws(() => Secret.from('j\ufffdrgen'), { code: Code.INVALID_UTF8 });
  assert.equal(Secret.from('ß✓😀').memory.toString(), 'ß✓😀\0');
});

test('a secret has its own memory', () => {
  const secret = Secret.from('short');
  assert.equal(secret.memory.byteOffset, 0);
  assert.equal(secret.memory.buffer.byteLength, 'short'.length + 1);
});

/** Collects garbage until `done` is true. */
async function collectUntil(done) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  for (let rounds = 0; !done(); rounds++) {
    assert(rounds < 1000, 'the collector has not freed it');
    collect();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

test('a log receives the end of a call whose client was closed, and is released afterwards', async () => {
  let last;
  let released = 0;
  const registry = new FinalizationRegistry(() => released++);
  const [call, client] = await new Promise((resolve) => {
    let begun;
    const log = (level, line) => {
      last = line;
      if (line.includes('] request')) {
        resolve(begun);
      }
    };
    registry.register(log);
    const client = new Client({ baseUrl: silentUrl, caFile, holdBackMs: 0, log });
    begun = [client.getToken(key, ...credentials()), client];
  });
  client.close();
  await assert.rejects(call, { code: Code.CANCELLED });
  assert(last.includes('] failed'), last);
  await collectUntil(() => released === 1);

  const make = (options) => {
    const log = () => {};
    registry.register(log);
    return new Client({ ...options, log });
  };
  make({ caFile }).close();
  assert.throws(() => make({ baseUrl: 'http://nowhere' }), { code: Code.INVALID_OPTION });
  await collectUntil(() => released === 3);
});

test('an unclosed token is freed by the collector, and a closed one is freed once', () =>
  withClient({}, async (client) => {
    const free = C.nf_token_free;
    const freed = [];
    C.nf_token_free = (token) => freed.push(token) && free(token);
    try {
      for (let i = 0; i < 3; i++) {
        await client.getToken(key, ...credentials());
      }
      await collectUntil(() => freed.length === 3);
      (await client.getToken(key, ...credentials())).close();
      await client.getToken(key, ...credentials());
      await collectUntil(() => freed.length === 5);
    } finally {
      C.nf_token_free = free;
    }
  }));

test('an unused secret is wiped by the collector', async () => {
  const { memory } = Secret.from('forgotten');
  await collectUntil(() => isZero([{ memory }]));
});

test('versions and names match the library', () => {
  assert.match(version(), /^\d+\.\d+\.\d+$/);
  assert.equal(typeof versionNumber(), 'number');
  assert.equal(codeName(20), 'NF_DENIED');
  for (const [name, code] of Object.entries(Code)) {
    assert.equal(codeName(code), `NF_${name}`);
  }
});

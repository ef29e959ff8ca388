/**
 * The binding against the look-alike server.
 *
 *     node nativeflow.test.js BASE_URL SILENT_URL CA_FILE
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync, openSync, closeSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Client, Code, Level, NativeflowError, Secret, codeName, version, versionNumber } from './nativeflow.js';

const [baseUrl, silentUrl, caFile] = process.argv.slice(2);
const key = 'kX3demoConsumerKey0123';
const credentials = (secret = 'Travel&Expense$2012') => [Secret.from('john_developer@hotmail.com'), Secret.from(secret)];
const isZero = (secrets) => secrets.every((secret) => secret.memory.every((byte) => byte === 0));

/** Uses a client, and closes it. */
async function withClient(options, use) {
  const client = new Client({ baseUrl, caFile, ...options });
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

test('a token has all that the header promises, and is gone when it is closed', () =>
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
    assert.equal(typeof token.refreshToken, 'string');
    token.close();
    token.close();
    assert.throws(() => token.value, TypeError);
  }));

test('a refusal says what happened and what to do', () =>
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
      return true;
    });
    assert(isZero(used));
  }));

test('the event loop goes on while a call waits', () =>
  withClient({ baseUrl: silentUrl, timeoutMs: 500 }, async (client) => {
    let turns = 0;
    const ticking = setInterval(() => turns++, 1);
    const used = credentials();
    await assert.rejects(client.getToken(key, ...used), { code: Code.TIMEOUT });
    clearInterval(ticking);
    assert(turns > 50, `${turns} turns`);
    assert(isZero(used));
  }));

test('a signal ends a call with its reason, before it and meanwhile', () =>
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

    // More calls than threads: most of them have not begun when they are to end.
    const many = Array.from({ length: 40 }, () => new AbortController());
    const calls = many.map(({ signal }) => client.getToken(key, ...credentials(), { signal }));
    many.forEach((controller) => controller.abort());
    for (const { status, reason } of await Promise.allSettled(calls)) {
      assert.deepEqual([status, reason.name], ['rejected', 'AbortError']);
    }
  }));

test('cancel and close end what is running', async () => {
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

test('process.exit does not wait for a call', () => {
  const program = `import { Client, Secret } from ${JSON.stringify(new URL('./nativeflow.js', import.meta.url))};
    const client = new Client(${JSON.stringify({ baseUrl: silentUrl, caFile })});
    client.getToken('key', Secret.from('login'), Secret.from('secret'));
    setTimeout(() => process.exit(7), 100);`;
  const { status } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { timeout: 10_000 });
  assert.equal(status, 7);
});

test('a closed client takes nothing, and wipes it', async () => {
  const client = new Client({ caFile });
  client.close();
  client.close();
  client.cancel();
  const used = credentials();
  await assert.rejects(client.getToken(key, ...used), TypeError);
  assert(isZero(used));
});

test('calls at the same time are calls of their own', () =>
  withClient({ keepAliveMs: 1000 }, async (client) => {
    const tokens = await Promise.all(Array.from({ length: 8 }, () => client.getToken(key, ...credentials())));
    assert.equal(new Set(tokens.map((token) => token.value)).size, 8);
    tokens.forEach((token) => token.close());
  }));

test('the log tells each step, and what it throws harms nobody', () => {
  const lines = [];
  const log = (level, line) => {
    lines.push([level, line]);
    throw new Error('dropped');
  };
  return withClient({ log }, async (client) => {
    (await client.getToken(key, ...credentials())).close();
    assert(lines.some(([level, line]) => level === Level.INFO && line.startsWith('answer')));
    assert(!JSON.stringify(lines).includes('Travel'));
  });
});

test('every option is taken, and every wrong value refused', () => {
  const pem = readFileSync(caFile, 'utf8');
  const settings = { userAgent: 'my-erp/4.2', caPem: pem, proxyBypass: 'localhost', environmentProxy: true, timeoutMs: 60_000, connectTimeoutMs: 5000, keepAliveMs: 0 };
  new Client({ baseUrl, ...settings }).close();
  new Client({ caFile, proxy: Secret.from('http://user:word@localhost:1') }).close();
  const wrong = [
    { baseUrl: 'http://nowhere' }, { userAgent: '' }, { caFile: 'none' }, { caPem: 'none' }, { proxy: 'ftp://x' }, { proxyBypass: '1.2.3.4/99' }, { timeoutMs: 0 },
    { connectTimeoutMs: -1 }, { keepAliveMs: 2 ** 32 }, { clientCertificate: { chainFile: 'none', keyFile: 'none' } },
  ];
  for (const options of wrong) {
    assert.throws(() => new Client({ ...options, log() {} }), { code: Code.INVALID_OPTION }, JSON.stringify(options));
  }
  assert.throws(() => new Client({ timeout: 1 }), TypeError);
});

test('a line is read to its end and no further, and one that is too long is refused', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nativeflow-'));
  const lines = { 'one\n': 'one', 'one\r\ntwo\n': 'one', one: 'one', '': '', '\n': '', 'ß✓\n': 'ß✓', '12345678': '12345678', '1234567\n': '1234567' };
  try {
    for (const [written, read] of [...Object.entries(lines), ['123456789', null], ['123456789\n', null]]) {
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

test('a secret has memory of its own', () => {
  const secret = Secret.from('short');
  assert.equal(secret.memory.byteOffset, 0);
  assert.equal(secret.memory.buffer.byteLength, 'short'.length + 1);
});

test('versions and names', () => {
  assert.match(version(), /^\d+\.\d+\.\d+$/);
  assert.equal(typeof versionNumber(), 'number');
  assert.equal(codeName(20), 'NF_DENIED');
  for (const [name, code] of Object.entries(Code)) {
    assert.equal(codeName(code), `NF_${name}`);
  }
});

/**
 * Tests of sessions with the mock server. NODE_EXTRA_CA_CERTS names the CA file of fetch.
 *
 *     node session.test.js BASE_URL CA_FILE
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withOwnNames } from './error.js';
import { Client, Code, NativeflowError, Secret, Token, sessionFetch } from './nativeflow.js';

const [baseUrl, caFile] = process.argv.slice(2);
const key = 'kX3demoConsumerKey0123';
const login = 'john_developer@hotmail.com';
const right = () => Secret.from('Travel&Expense$2012');
const isZero = (secret) => secret.memory.every((byte) => byte === 0);

/** Uses a session whose client is closed before it. */
async function withSession(options, use, user = login) {
  const client = new Client({ baseUrl, caFile, ...options });
  client.clearHold(key, user); // other tests have sent wrong secrets
  const session = client.session(key, user);
  client.close();
  try {
    return await use(session);
  } finally {
    session.close();
  }
}

const valueOf = async (call) => {
  const token = await call;
  try {
    return token.value;
  } finally {
    token.close();
  }
};

test('all calls of a session ask for its secret once', () => {
  const asked = [];
  const secretCallback = async (...args) => {
    const secret = right();
    asked.push([...args, secret]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    return secret;
  };
  return withSession({ secretCallback }, async (session) => {
    assert.equal(session.status().state, 'none');
    const values = await Promise.all(Array.from({ length: 20 }, () => valueOf(session.getToken())));
    values.push(await valueOf(session.getToken({ signal: new AbortController().signal })));
    assert.equal(new Set(values).size, 1);
    assert.equal(asked.length, 1);
    assert.deepEqual(asked[0].slice(0, 2), [login, Code.OK]);
    assert(isZero(asked[0][2]));
    assert.equal(session.status().state, 'fresh');
    assert.equal(JSON.stringify(session.status()).includes(login), false);
  });
});

test('a session without a callback takes a secret', () =>
  withSession({}, async (session) => {
    await assert.rejects(session.getToken(), (error) => {
      assert.equal(error.code, Code.SECRET_NEEDED);
      assert.equal(error.retryAfterMs, null);
      assert.match(error.remedy, /\(secretCallback\).*\(Session\.logIn\)/);
      assert.doesNotMatch(error.remedy, /nf_/);
      return true;
    });
    const [used, unsent] = [right(), Secret.from('wrong')];
    const value = await valueOf(session.logIn(used));
    assert.equal(await valueOf(session.logIn(unsent)), value);
    assert.equal(await valueOf(session.getToken()), value);
    assert(isZero(used) && isZero(unsent));
    await assert.rejects(session.logIn(used), { code: Code.INVALID_ARGUMENT });
    session.close();
    session.close();
    const late = right();
    await assert.rejects(session.logIn(late), TypeError);
    assert(isZero(late));
    await assert.rejects(session.getToken(), TypeError);
  }));

test('a callback may have no secret', () =>
  withSession({ secretCallback: () => null }, (session) =>
    assert.rejects(session.getToken(), { code: Code.SECRET_NEEDED, retryAfterMs: null })));

test('a failure of a callback is the cause of the error, and the next call asks again', async () => {
  const failure = new Error('the vault does not answer');
  let asked = 0;
  const secretCallback = async () => {
    if (asked++ === 0) {
      await new Promise((resolve) => setTimeout(resolve, 100)); // both calls wait for it
      throw failure;
    }
    return right();
  };
  await withSession({ secretCallback }, async (session) => {
    const calls = await Promise.allSettled([session.getToken(), session.getToken()]);
    for (const { reason } of calls) {
      assert(reason instanceof NativeflowError && reason.code === Code.SECRET_NEEDED && reason.retryAfterMs === 30_000);
      assert.equal(reason.cause, failure);
    }
    assert.equal(asked, 1);
    await valueOf(session.getToken());
  });
});

test('a callback learns of a refusal, and a refused secret is not sent again', () => {
  const codes = [];
  let answer = () => Secret.from('a wrong one');
  const secretCallback = (_, lastCode) => {
    codes.push(lastCode);
    return answer();
  };
  return withSession({ secretCallback }, async (session) => {
    await assert.rejects(session.getToken(), { code: Code.DENIED });
    await assert.rejects(session.getToken(), { code: Code.HELD_BACK });
    assert.equal(session.status().state, 'held');
    session.clearHold();
    await assert.rejects(session.getToken(), { code: Code.DENIED });
    session.clearHold();
    answer = right;
    await valueOf(session.getToken());
    assert.deepEqual(codes.slice(0, 2), [Code.OK, Code.DENIED]);
  });
});

test('a plain call is held back until the hold is lifted', async () => {
  assert.equal(withOwnNames('x (nf_session_clear_hold, nf_client_clear_hold)'), 'x (Session.clearHold, Client.clearHold)');
  const client = new Client({ baseUrl, caFile });
  const wrong = () => client.getToken(key, Secret.from('held@example.com'), Secret.from('wrong'));
  await assert.rejects(wrong(), { code: Code.DENIED });
  await assert.rejects(wrong(), { code: Code.HELD_BACK });
  client.clearHold(key, 'held@example.com');
  await assert.rejects(wrong(), { code: Code.DENIED });
  assert.throws(() => client.clearHold('', 'x'), { code: Code.INVALID_ARGUMENT });
  assert.throws(() => client.session(key, 'a:b'), { code: Code.INVALID_ARGUMENT });
  client.close();
  assert.throws(() => client.session(key, login), TypeError);
});

test('a callback may use other sessions, and not its own', () =>
  withSession({ secretCallback: right }, (other) => {
    let own;
    const secretCallback = async () => {
      await valueOf(other.getToken());
      await assert.rejects(own.getToken(), { code: Code.INVALID_ARGUMENT });
      return null;
    };
    return withSession({ secretCallback }, (session) => {
      own = session;
      return assert.rejects(session.getToken(), { code: Code.SECRET_NEEDED });
    });
  }));

test('a rejected token is replaced, and a stored one is taken', () =>
  withSession({ secretCallback: right }, async (session) => {
    const first = await session.getToken();
    session.rejectToken(first);
    const second = await session.getToken();
    assert.notEqual(second.value, first.value);
    session.rejectToken(first); // not the current one
    assert.equal(await valueOf(session.getToken()), second.value);
    await withSession({}, async (restored) => {
      restored.setToken(second);
      assert.equal(await valueOf(restored.getToken()), second.value);
      const foreign = Token.from({ scheme: 'Bearer', value: Secret.from('v') });
      assert.throws(() => restored.setToken(foreign), { code: Code.INVALID_ARGUMENT });
      foreign.close();
      assert.throws(() => restored.setToken(foreign), TypeError);
    });
    [first, second].forEach((token) => token.close());
  }));

test('a due token is renewed with the callback', () => {
  let asked = 0;
  return withSession({ secretCallback: () => asked++ < 5 && right(), refreshMarginMs: 2 ** 32 - 1 }, async (session) => {
    const now = Math.floor(Date.now() / 1000);
    const stored = Token.from({ scheme: 'OAuth', value: Secret.from('soon-due'), expiresAt: new Date((now + 4) * 1000) });
    session.setToken(stored);
    stored.close();
    await new Promise((resolve) => {
      const timer = setInterval(() => session.status().state === 'due' && resolve(clearInterval(timer)), 50);
    });
    assert.notEqual(await valueOf(session.getToken()), 'soon-due');
    assert.equal(asked, 1);
  });
});

test('a session logs out', () =>
  withSession({ secretCallback: right }, async (session) => {
    assert.equal(await session.logOut(), undefined);
    await valueOf(session.getToken());
    await session.logOut({ signal: new AbortController().signal });
    assert.equal(session.status().state, 'none');
  }));

test('calls of a session are cancelled, while they wait for the server or the callback', async () => {
  const never = () => new Promise(() => {});
  for (const secretCallback of [right, never]) {
    for (const [end, error] of [['cancel', { code: Code.CANCELLED }], ['close', { code: Code.CANCELLED }], ['abort', { name: 'AbortError' }]]) {
      const options = { baseUrl: `${baseUrl}/scenario/silence-after-tls`, secretCallback };
      await withSession(options, async (session) => {
        const controller = new AbortController();
        const call = session.getToken({ signal: controller.signal });
        setTimeout(() => (end === 'abort' ? controller.abort() : session[end]()), 200);
        await assert.rejects(call, error);
      }, 'silent@example.com');
    }
  }
});

test('a call goes on when the one that it waits for is aborted, and a late secret is wiped', () => {
  const secrets = [];
  const resolves = [];
  const secretCallback = () => new Promise((resolve) => resolves.push(resolve));
  return withSession({ secretCallback }, async (session) => {
    const controller = new AbortController();
    const first = session.getToken({ signal: controller.signal });
    const second = valueOf(session.getToken());
    const until = async (count) => {
      while (resolves.length < count) {
        await new Promise(setImmediate);
      }
    };
    await until(1);
    controller.abort();
    await assert.rejects(first, { name: 'AbortError' });
    await until(2);
    for (const resolve of resolves) {
      secrets.push(right());
      resolve(secrets.at(-1));
    }
    assert.notEqual(await second, '');
    assert(secrets.every(isZero));
  });
});

test('sessionFetch sends a refused request once again with a new token', async () => {
  const client = new Client({ baseUrl, caFile, secretCallback: right });
  const session = client.session(key, login);
  const sent = [];
  const { fetch } = globalThis;
  globalThis.fetch = (url, { headers }) => sent.push(headers.get('Authorization')) && fetch(url, { headers }); // the API of the stub accepts only GET
  try {
    const api = sessionFetch(session);
    const call = async (options) => (await api(`${baseUrl}/api/v3.0/expense/reports`, options)).status;
    const revoke = async () => {
      const token = await session.getToken();
      await client.revokeToken(token);
      token.close();
    };
    assert.equal(await call(), 200);
    await revoke();
    assert.equal(await call({ method: 'POST', body: 'twice' }), 200);
    assert.equal(sent.length, 3);
    assert.equal(new Set(sent).size, 2);
    await revoke();
    assert.equal(await call({ method: 'POST', body: new Blob(['once']).stream(), duplex: 'half' }), 403);
    assert.equal(sent.length, 4);
  } finally {
    globalThis.fetch = fetch;
    session.close();
    client.close();
  }
});

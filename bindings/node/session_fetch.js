const canRepeat = (body) => body === undefined || body === null || !(Symbol.asyncIterator in Object(body) || body instanceof ReadableStream);

/** The legacy service has no status of its own for a token that is not valid. */
const isRefused = (response, token) => response.status === 401 || (response.status === 403 && token.scheme === 'OAuth');

/**
 * Returns a fetch that adds the token of a session to each request, so use it only for Concur's API. If the API refuses the
 * token, the request is sent once again with a new one, unless its body is a stream, which can be read only once.
 *
 *     const api = sessionFetch(session);
 *     const reports = await (await api(`${instanceUrl}/api/v3.0/expense/reports`)).json();
 */
export const sessionFetch = (session) => async (url, options = {}) => {
  for (let isRepeated = false; ; isRepeated = true) {
    const token = await session.getToken({ signal: options.signal });
    try {
      const headers = new Headers(options.headers);
      headers.set('Authorization', token.authorization);
      const response = await fetch(url, { ...options, headers });
      if (isRepeated || !isRefused(response, token)) {
        return response;
      }
      session.rejectToken(token);
      if (!canRepeat(options.body)) {
        return response;
      }
      await response.body?.cancel();
    } finally {
      token.close();
    }
  }
};

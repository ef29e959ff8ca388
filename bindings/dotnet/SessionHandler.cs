/*
 * Calls Concur's API with the tokens of a session. It needs System.Net.Http; Nativeflow.cs does not.
 *
 *     var api = new HttpClient(new SessionHandler(session));
 *
 * Every request of the HttpClient gets the token, so use it only for Concur's API.
 */
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Threading;
using System.Threading.Tasks;

namespace Nativeflow
{
    /// <summary>Adds the token of a session to each request. If the API refuses the token, sends the request once again with a new
    /// one, unless the content of the request may be readable only once. The session is not disposed of.</summary>
    public sealed class SessionHandler : DelegatingHandler
    {
        readonly Session session;

        /// <summary>Creates a handler that sends requests with an <see cref="HttpClientHandler"/>.</summary>
        public SessionHandler(Session session) : this(session, new HttpClientHandler()) { }

        /// <summary>Creates a handler that sends requests with another one.</summary>
        public SessionHandler(Session session, HttpMessageHandler inner) : base(inner) { this.session = session; }

        /// <summary>Sends a request. Throws the exceptions of <see cref="Session.GetToken"/> too.</summary>
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
        {
            // A stream, for example, can be read only once.
            bool canRepeat = request.Content == null || request.Content is ByteArrayContent;
            for (bool isRepeated = false; ; isRepeated = true)
                using (Token token = await Task.Run(() => session.GetToken(cancellation), cancellation).ConfigureAwait(false))
                {
                    request.Headers.Authorization = AuthenticationHeaderValue.Parse(token.Authorization);
                    HttpResponseMessage response = await base.SendAsync(request, cancellation).ConfigureAwait(false);
                    if (isRepeated || !IsRefused(response, token))
                        return response;
                    session.RejectToken(token);
                    if (!canRepeat)
                        return response;
                    response.Dispose();
                }
        }

        // The legacy service has no status of its own for a token that is not valid.
        static bool IsRefused(HttpResponseMessage response, Token token)
        {
            return response.StatusCode == HttpStatusCode.Unauthorized
                || response.StatusCode == HttpStatusCode.Forbidden && token.Scheme == "OAuth";
        }
    }
}

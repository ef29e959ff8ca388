/* Tests of sessions: the secret callback, each function, the lifetimes, and the handler for HttpClient. A part of Tests.cs. */
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using Nativeflow;

static partial class Tests
{
    static void SessionsAreTested()
    {
        SessionAsksForItsSecretOnce();
        SessionTakesASecret();
        CallbackMayHaveNoSecret();
        CallbackMayThrow();
        CallbackLearnsOfARefusal();
        CallbackMayUseOtherSessions();
        RejectedTokenIsReplaced();
        SessionLogsOut();
        SessionCallsAreCancelled();
        CallbackIsReleasedAfterTheLastSession();
        HandlerRepeatsARefusedRequest();
    }

    static Client SessionClient(SecretCallback callback, string url = null)
    {
        using (var options = new Options())
        {
            options.SetBaseUrl(url ?? baseUrl).SetCaFile(caFile).SetSecretCallback(callback).SetRefreshMargin(TimeSpan.FromMinutes(5));
            var client = new Client(options);
            client.ClearHold(key, login); // other tests of this process have sent wrong secrets
            return client;
        }
    }

    /// <summary>A session whose client is freed before it.</summary>
    static Session Open(SecretCallback callback, string user = null, string url = null)
    {
        using (Client client = SessionClient(callback, url))
            return new Session(client, key, user ?? login);
    }

    static int Write(string text, byte[] buffer)
    {
        byte[] bytes = Bytes(text);
        bytes.CopyTo(buffer, 0);
        return bytes.Length;
    }

    static int Right(string user, Code lastCode, byte[] buffer) { return Write(secret, buffer); }

    static void SessionAsksForItsSecretOnce()
    {
        int asked = 0;
        byte[] kept = null;
        using (Session session = Open((user, lastCode, buffer) =>
            {
                asked++;
                kept = buffer;
                Check(user == login && lastCode == Code.Ok && buffer.Length >= 2048 && IsZero(buffer));
                GC.Collect();
                return Write(secret, buffer);
            }))
        {
            Check(session.GetStatus().Contains("\"state\":\"none\""));
            using (Token first = session.GetToken(), second = session.GetToken(new CancellationTokenSource().Token))
                Check(first.Value == second.Value && first.Value != "" && first.RefreshToken != "");
            Check(asked == 1 && IsZero(kept));
            string status = session.GetStatus();
            Check(status.StartsWith("{") && status.EndsWith("}") && status.Contains("\"state\":\"fresh\"") && !status.Contains(login));
        }
    }

    static void SessionTakesASecret()
    {
        using (Session session = Open(null))
        {
            NativeflowException needed = FailureOf(() => session.GetToken());
            Check(needed.Code == Code.SecretNeeded && needed.RetryAfter == null && needed.InnerException == null);
            Check(needed.Remedy.Contains("Options.SetSecretCallback") && needed.Remedy.Contains("Session.LogIn") && !needed.Remedy.Contains("nf_"));
            char[] text = secret.ToCharArray();
            byte[] bytes = Bytes(secret + "\0"), unused = Bytes("wrong");
            using (Token first = session.LogIn(text), second = session.LogIn(bytes), third = session.LogIn(unused))
                Check(first.Value == second.Value && second.Value == third.Value);
            Check(IsZero(text) && IsZero(bytes) && IsZero(unused));
            Check(CodeOf(() => session.LogIn(bytes)) == Code.InvalidArgument); // used
            session.Dispose();
            byte[] late = Bytes(secret);
            Check(Throws<ObjectDisposedException>(() => session.LogIn(late)) && IsZero(late));
            Check(Throws<ObjectDisposedException>(() => session.GetToken()));
        }
        using (Client client = SessionClient(null))
        {
            Check(CodeOf(() => new Session(client, null, login)) == Code.InvalidArgument && CodeOf(() => new Session(client, key, "a:b")) == Code.InvalidArgument);
            Check(CodeOf(() => client.ClearHold(key, null)) == Code.InvalidArgument);
        }
    }

    static void CallbackMayHaveNoSecret()
    {
        foreach (KeyValuePair<int, Code> result in new Dictionary<int, Code>
            {
                { SecretResult.None, Code.SecretNeeded }, { SecretResult.Unavailable, Code.SecretNeeded }, { 1 << 20, Code.InvalidArgument }, { -7, Code.InvalidArgument },
            })
            using (Session session = Open((user, lastCode, buffer) => result.Key))
            {
                NativeflowException failure = FailureOf(() => session.GetToken());
                Check(failure.Code == result.Value && failure.InnerException == null && failure.HttpStatus == null);
                Check((failure.RetryAfter != null) == (result.Key == SecretResult.Unavailable));
            }
    }

    static void CallbackMayThrow()
    {
        var thrown = new InvalidOperationException("the vault does not answer");
        byte[] kept = null;
        bool isDown = true;
        using (Session session = Open((user, lastCode, buffer) =>
            {
                kept = buffer;
                int length = Write(secret, buffer);
                return isDown ? throw thrown : length;
            }))
        {
            NativeflowException failure = FailureOf(() => session.GetToken());
            Check(failure.Code == Code.SecretNeeded && failure.RetryAfter == TimeSpan.FromSeconds(30) && failure.InnerException == thrown);
            Check(IsZero(kept));
            isDown = false;
            session.ClearHold(); // ends the pause
            session.GetToken().Dispose();
            Check(Callbacks.Thrown == null);
        }
    }

    static void CallbackLearnsOfARefusal()
    {
        var codes = new List<Code>();
        string answer = "a wrong one";
        using (Session session = Open((user, lastCode, buffer) =>
            {
                codes.Add(lastCode);
                return Write(answer, buffer);
            }))
        {
            Check(CodeOf(() => session.GetToken()) == Code.Denied && CodeOf(() => session.GetToken()) == Code.HeldBack);
            Check(session.GetStatus().Contains("\"state\":\"held\""));
            session.ClearHold();
            Check(CodeOf(() => session.GetToken()) == Code.Denied);
            answer = secret;
            session.ClearHold();
            session.GetToken().Dispose();
            Check(codes[0] == Code.Ok && codes[1] == Code.Denied);
        }
        // A plain call is held too, until the hold is lifted.
        using (Client client = SessionClient(null))
        {
            Check(NativeflowException.WithOwnNames("x (nf_session_clear_hold, nf_client_clear_hold)") == "x (Session.ClearHold, Client.ClearHold)");
            Func<Code> wrong = () => CodeOf(() => client.GetToken(key, Bytes("held@example.com"), Bytes("wrong")));
            Check(wrong() == Code.Denied && wrong() == Code.HeldBack);
            client.ClearHold(key, "held@example.com");
            Check(wrong() == Code.Denied);
        }
    }

    static void CallbackMayUseOtherSessions()
    {
        Session session = null;
        Code own = Code.Ok, other = Code.Ok;
        using (session = Open((user, lastCode, buffer) =>
            {
                own = CodeOf(() => session.GetToken());
                using (Session another = Open((_, __, ___) => throw new Exception("of the other session"), "other@example.com"))
                    other = CodeOf(() => another.GetToken());
                return SecretResult.None;
            }))
        {
            NativeflowException failure = FailureOf(() => session.GetToken());
            Check(failure.Code == Code.SecretNeeded && failure.InnerException == null);
            Check(own == Code.InvalidArgument && other == Code.SecretNeeded);
        }
    }

    static void RejectedTokenIsReplaced()
    {
        using (Session session = Open(Right), restored = Open(null))
        using (Token first = session.GetToken())
        {
            session.RejectToken(first);
            using (Token second = session.GetToken())
            {
                Check(first.Value != second.Value);
                session.RejectToken(first); // not the current one
                using (Token third = session.GetToken())
                    Check(second.Value == third.Value);
                restored.SetToken(second);
                using (Token kept = restored.GetToken())
                    Check(kept.Value == second.Value && kept.RefreshToken == second.RefreshToken);
            }
            using (var foreign = new Token("Bearer", Bytes("v"), null))
                Check(CodeOf(() => restored.SetToken(foreign)) == Code.InvalidArgument);
            Check(Throws<ArgumentNullException>(() => session.SetToken(null)) && Throws<ArgumentNullException>(() => session.RejectToken(null)));
        }
    }

    static void SessionLogsOut()
    {
        using (Session session = Open(Right))
        {
            session.LogOut(); // no token: nothing to do
            session.GetToken().Dispose();
            session.LogOut(new CancellationTokenSource().Token);
            Check(session.GetStatus().Contains("\"state\":\"none\""));
            session.LogOut();
        }
    }

    static void SessionCallsAreCancelled()
    {
        string silent = baseUrl + "/scenario/silence-after-tls";
        foreach (Action<Session, CancellationTokenSource> end in new Action<Session, CancellationTokenSource>[]
            {
                (session, source) => session.Cancel(), (session, source) => session.Dispose(), (session, source) => source.Cancel(),
            })
            using (Session session = Open(null, "silent@example.com", silent))
            using (var source = new CancellationTokenSource())
            using (new Timer(_ => end(session, source), null, 200, Timeout.Infinite))
            {
                session.ClearHold(); // the outcome of the last round's login is unknown
                Check(Throws<OperationCanceledException>(() => session.LogIn(Bytes(secret), source.Token)));
            }
    }

    static void CallbackIsReleasedAfterTheLastSession()
    {
        WeakReference kept = null;
        Session session = null;
        // On threads that end, because Mono treats old data on a stack as references.
        OnThread(() =>
        {
            var text = new string('x', 3);
            SecretCallback callback = (user, lastCode, buffer) => text.Length == 3 ? Write(secret, buffer) : SecretResult.None;
            kept = new WeakReference(callback);
            session = Open(callback);
        }).Join();
        Collect();
        Check(kept.IsAlive); // only C refers to it
        OnThread(() => session.GetToken().Dispose()).Join();
        session.Dispose();
        session = null;
        Collect();
        Check(!kept.IsAlive);
    }

    /// <summary>Counts the requests to the API. The mock server's accepts only GET.</summary>
    sealed class Counted : DelegatingHandler
    {
        public int Requests;

        public Counted() : base(new HttpClientHandler { ServerCertificateCustomValidationCallback = (request, certificate, chain, errors) => true }) { }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
        {
            Requests++;
            var sent = new HttpRequestMessage(HttpMethod.Get, request.RequestUri);
            sent.Headers.Authorization = request.Headers.Authorization;
            return base.SendAsync(sent, cancellation);
        }
    }

    static void HandlerRepeatsARefusedRequest()
    {
        using (Client client = SessionClient(Right))
        using (var session = new Session(client, key, login))
        using (var counted = new Counted())
        using (var api = new HttpClient(new SessionHandler(session, counted)))
        {
            string url = baseUrl + "/api/v3.0/expense/reports";
            Check(api.GetAsync(url).Result.StatusCode == HttpStatusCode.OK && counted.Requests == 1);
            RevokeBehind(client, session);
            Check(api.GetAsync(url).Result.StatusCode == HttpStatusCode.OK && counted.Requests == 3);
            RevokeBehind(client, session);
            using (var content = new StreamContent(new MemoryStream(Bytes("once"))))
                Check(api.PostAsync(url, content).Result.StatusCode == HttpStatusCode.Forbidden && counted.Requests == 4);
        }
        using (Session session = Open((user, lastCode, buffer) => SecretResult.None, "unknown@example.com"))
        using (var api = new HttpClient(new SessionHandler(session)))
            Check(Throws<NativeflowException>(() => api.GetAsync(baseUrl).GetAwaiter().GetResult()));
    }

    // The session does not notice it.
    static void RevokeBehind(Client client, Session session)
    {
        using (Token token = session.GetToken())
            client.RevokeToken(token);
    }
}

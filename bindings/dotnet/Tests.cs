/*
 * Tests of the binding: secrets are zeroed on success and on every failure; cancellation; exceptions; the log; use after
 * Dispose. Compiled together with Nativeflow.cs, SessionHandler.cs and SessionTests.cs. Arguments: base URL of a nativeflow-stub, CA file. Standard input: key, login,
 * secret.
 */
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using Nativeflow;

static partial class Tests
{
    static string baseUrl, caFile, key, login, secret;
    static int failures;

    static int Main(string[] args)
    {
        baseUrl = args[0].TrimEnd('/');
        caFile = args[1];
        key = Console.ReadLine();
        login = Console.ReadLine();
        secret = Console.ReadLine();
        TokenHasAllProperties();
        RejectionHasCodeCauseAndRemedy();
        SecretsAreZeroedOnEveryPath();
        UsedSecretsAreRejected();
        TextsAreUtf8();
        OptionsAreChecked();
        CallsAreCancelled();
        LogCancelsItsOwnCall();
        CancellationEndsOnlyItsOwnCall();
        DisposeCancelsEveryCall();
        ClientIsFreedAfterItsCalls();
        LogReceivesEachStep();
        LogIsReleasedOnceAfterTheLastCall();
        DisposedObjectsThrow();
        DisposeWaitsForReaders();
        SecretsAreWipedIfCopyingFails();
        CodesMatchTheLibrary();
        OAuth2TokenIsRefreshedAndRevoked();
        NativeFlowTokenIsRefreshedAndRevoked();
        ApplicationAndCompanyGetTokens();
        ErrorHasServerCode();
        OAuth2OptionsAreChecked();
        InvalidTokensAreRejected();
        TokenMayBeDisposedOfDuringItsCall();
        CancellationEndsEachKindOfCall();
        RemediesNameMethodsOfOptions();
        SessionsAreTested();
        if (failures == 0)
            Console.WriteLine("all checks passed");
        return failures == 0 ? 0 : 1;
    }

    static void TokenHasAllProperties()
    {
        using (Client client = Connect(""))
        using (Token token = client.GetToken(key, login.ToCharArray(), secret.ToCharArray()))
        {
            Check(token.Value.Length > 0 && token.Scheme == "OAuth" && token.Authorization == "OAuth " + token.Value);
            Check(token.RefreshToken.Length > 0 && token.InstanceUrl.StartsWith("https://") && token.ExpirationDate.Length > 0);
            Check(token.ExpiresAt > DateTimeOffset.UtcNow);
            Check(token.RemoteAddress.StartsWith("127.0.0.1:") && token.GetTiming(Timing.Tls) != null);
            Check(token.GetTiming(Timing.Total) > token.GetTiming(Timing.Server) && token.GetTiming((Timing)9) == null);
            var field = new byte[token.CopyValue(null)];
            Check(token.CopyValue(field) == field.Length && Encoding.ASCII.GetString(field) == token.Value);
            Check(token.CopyValue(new byte[1]) == field.Length);
        }
        using (Client client = Connect("/scenario/no-date"))
        using (Token token = client.GetToken(key, Bytes(login), Bytes(secret)))
            Check(token.ExpiresAt == null && token.ExpirationDate == "");
        Check(Library.Version.StartsWith("0.") && Library.VersionNumber >= 0x000100);
    }

    static void RejectionHasCodeCauseAndRemedy()
    {
        NativeflowException rejected = Failure("", login, "wrong");
        Check(rejected.Code == Code.Denied && rejected.Name == "NF_DENIED" && rejected.HttpStatus == 403 && rejected.RetryAfter == null);
        Check(rejected.Message == "NF_DENIED: " + rejected.Cause + ". " + rejected.Remedy && rejected.Remedy.Length > 0);
        Check(rejected.ServerMessage.Length > 0 && rejected.CorrelationId.Length > 0 && rejected.ServerCode == null);
        Check(rejected.CallId.Length > 0 && rejected.RemoteAddress.StartsWith("127.0.0.1:") && rejected.GetTiming((Timing)9) == null);
        Check(rejected.GetTiming(Timing.Total) > rejected.GetTiming(Timing.Server));
        NativeflowException busy = Failure("/scenario/busy", login, secret);
        Check(busy.Code == Code.Busy && busy.RetryAfter == TimeSpan.FromSeconds(120));
        NativeflowException unsent = Failure("", "a:colon", secret);
        Check(unsent.Code == Code.InvalidArgument && unsent.HttpStatus == null && unsent.ServerMessage == "" && unsent.CorrelationId == "" && unsent.GetTiming(Timing.Connect) == null);
    }

    static void SecretsAreZeroedOnEveryPath()
    {
        using (Client client = Connect(""))
        {
            Func<char[], char[], Token> asChars = (user, password) => client.GetToken(key, user, password);
            Func<byte[], byte[], Token> asBytes = (user, password) => client.GetToken(key, user, password);
            EndZeroed(Code.Ok, asChars, login, secret);
            EndZeroed(Code.Ok, asBytes, login + "\0\0", secret + "\0"); // buffers that are longer than the text
            EndZeroed(Code.Denied, asChars, login, "wrong");
            EndZeroed(Code.Denied, asBytes, login, "wrong");
            EndZeroed(Code.InvalidArgument, asChars, "a:colon", secret);
            EndZeroed(Code.InvalidArgument, asChars, null, secret);
            EndZeroed(Code.Denied, asBytes, login, null);
            EndZeroed(Code.Denied, asBytes, login, "");
            EndZeroed(Code.Denied, asChars, login, "");
            EndZeroed(Code.InvalidUtf8, asChars, login, "pass\0word");
            EndZeroed(Code.InvalidUtf8, asBytes, "log\0in", secret);
            EndZeroed(Code.InvalidUtf8, asChars, login, "pass\ud83dword");
            EndZeroed(Code.InvalidUtf8, asChars, login, "pass\udca9");
            EndZeroed(Code.InvalidArgument, (char[] user, char[] password) => client.GetToken(null, user, password), login, secret);
            EndZeroed(Code.InvalidUtf8, (char[] user, char[] password) => client.GetToken("k\0", user, password), "x", secret);
        }
        EndZeroed(Code.InvalidArgument, (user, password) => Client.GetTokenOnce(null, user, password), login, secret);

        byte[] unsent = Bytes(login), unsentToo = Bytes(secret);
        Check(Throws<OperationCanceledException>(() => Connect("").GetToken(key, unsent, unsentToo, new CancellationToken(true))));
        Check(IsZero(unsent) && IsZero(unsentToo));
        var same = secret.ToCharArray();
        using (Client client = Connect(""))
            Check(Throws<NativeflowException>(() => client.GetToken(key, same, same)) && IsZero(same));
    }

    // If one were sent, it would be an empty password, and rejected.
    static void UsedSecretsAreRejected()
    {
        int begun = 0;
        using (Client client = Connect("", (level, line) => begun++))
        {
            byte[] user = Bytes(login), password = Bytes(secret);
            client.GetToken(key, user, password).Dispose();
            begun = 0;
            try
            {
                client.GetToken(key, user, password).Dispose();
                Check(false);
            }
            catch (NativeflowException used)
            {
                Check(used.Code == Code.InvalidArgument && used.Message.Contains("used before; a call overwrites it with zeros"));
                Check(used.Remedy.Contains("fill the arrays again for each call"));
            }
            Check(CodeOf(() => client.GetToken(key, Bytes(login), password)) == Code.InvalidArgument);
            Check(CodeOf(() => client.GetToken(key, user, Bytes(secret))) == Code.InvalidArgument);
            EndZeroed(Code.InvalidArgument, (char[] name, char[] word) => client.GetToken(key, name, word), login, "\0");
            EndZeroed(Code.InvalidArgument, (char[] name, char[] word) => client.GetToken(key, name, word), "\0\0", secret);
            EndZeroed(Code.InvalidArgument, (byte[] name, byte[] word) => client.GetToken(key, name, word), login, "\0\0");
            Check(begun == 0);
        }
        EndZeroed(Code.InvalidArgument, (byte[] name, byte[] word) => Client.GetTokenOnce(key, name, word), login, "\0");
        EndZeroed(Code.InvalidArgument, (byte[] name, byte[] word) => Client.GetTokenOnce(key, name, word), "\0", secret);
    }

    static void TextsAreUtf8()
    {
        var all = new StringBuilder();
        for (int c = 1; c <= 0x10ffff; c++)
            if (c < 0xd800 || c > 0xdfff)
                all.Append(char.ConvertFromUtf32(c));
        byte[] wanted = Encoding.UTF8.GetBytes(all.ToString()), got = new byte[wanted.Length];
        using (CText text = CText.Of(all.ToString()))
        {
            Marshal.Copy(text.Pointer, got, 0, got.Length);
            Check(got.SequenceEqual(wanted) && Marshal.ReadByte(text.Pointer, got.Length) == 0);
        }
    }

    static void OptionsAreChecked()
    {
        using (var options = new Options())
        {
            options.SetConnectTimeout(TimeSpan.FromSeconds(5)).SetKeepAlive(TimeSpan.FromSeconds(1)).SetUserAgent("tests/1").SetProxyBypass("*")
                .SetProxy("http://user:word@localhost:1").UseEnvironmentProxy().SetProxy("").SetRefreshMargin(TimeSpan.Zero).SetHoldBack(TimeSpan.Zero).SetSecretCallback(null).AddCaPem(System.IO.File.ReadAllBytes(caFile)).SetLog(null);
            var wrong = new Func<Options>[]
            {
                () => options.SetBaseUrl("http://www.example.com"), () => options.SetTimeout(TimeSpan.Zero),
                () => options.SetTimeout(TimeSpan.FromMilliseconds(-1)), () => options.SetTimeout(TimeSpan.FromDays(50)),
                () => options.SetConnectTimeout(TimeSpan.Zero), () => options.SetCaFile("/no/such/file"), () => options.AddCaPem(new byte[0]),
                () => options.SetUserAgent(""), () => options.SetClientCertificate(caFile, caFile), () => options.SetProxy("ftp://localhost"),
                () => options.SetProxyBypass("10.0.0.0/99"), () => options.SetHoldBack(TimeSpan.FromDays(50)),
            };
            foreach (Func<Options> setter in wrong)
                Check(CodeOf(() => setter()) == Code.InvalidOption);
            Check(CodeOf(() => options.SetBaseUrl(null)) == Code.InvalidArgument && CodeOf(() => options.AddCaPem(null)) == Code.InvalidArgument);
            Check(CodeOf(() => options.SetBaseUrl("https://localhost\0.example")) == Code.InvalidUtf8);
        }
    }

    static void CallsAreCancelled()
    {
        foreach (int delay in new[] { 200, 1, 0, 0, 0, 0, 0, 0, 0, 0 }) // many at about the time when the call begins
            using (Client client = Connect("/scenario/silence-after-tls"))
            using (var source = new CancellationTokenSource())
            {
                source.CancelAfter(delay);
                Cancelled(client, source.Token, delay);
            }
        using (Client client = Connect("/scenario/silence-after-tls"))
        using (new Timer(_ => client.Cancel(), null, 200, Timeout.Infinite))
            Cancelled(client, CancellationToken.None, 200);
        Client disposed = Connect("/scenario/silence-after-tls");
        using (new Timer(_ => disposed.Dispose(), null, 200, Timeout.Infinite))
            Cancelled(disposed, CancellationToken.None, 200);
    }

    // The log function cancels the call on its own thread. The next call on that client is not cancelled.
    static void LogCancelsItsOwnCall()
    {
        CancellationTokenSource source = null;
        using (Client client = Connect("", (level, line) => source?.Cancel()))
        {
            for (int round = 0; round < 10; round++)
            {
                source = new CancellationTokenSource();
                Cancelled(client, source.Token, 0);
                source = null;
                client.GetToken(key, Bytes(login), Bytes(secret), new CancellationTokenSource().Token).Dispose();
            }
        }
    }

    // 10,000 calls on one client, while another call on it waits for its response.
    static void CancellationEndsOnlyItsOwnCall()
    {
        const int rounds = 2500, busy = 9000; // ms that a call may take on a busy machine
        using (var peer = new Peer())
        using (Client client = peer.Connect())
        {
            string got = null;
            var other = new Thread(() =>
            {
                using (Token token = client.GetToken(key, Bytes(login), Bytes(secret), new CancellationTokenSource().Token))
                    got = token.Value;
            });
            other.Start();
            Socket asked = peer.First;
            // Before the call enters C: nothing is sent.
            for (int round = 0; round < rounds; round++)
                Cancelled(client, new CancellationToken(true), busy);
            Check(peer.Requests == 1);
            // At about the time when the call enters C.
            for (int round = 0; round < rounds; round++)
            {
                var source = new CancellationTokenSource();
                int delay = round % 100 * 20;
                ThreadPool.QueueUserWorkItem(_ =>
                {
                    Thread.SpinWait(delay);
                    source.Cancel();
                });
                Cancelled(client, source.Token, busy);
            }
            // When the peer has received the request, and the call waits for the response.
            for (int round = 0; round < rounds; round++)
            {
                var source = new CancellationTokenSource();
                peer.OnRequest = _ => source.Cancel();
                Cancelled(client, source.Token, busy);
            }
            // At about the time when the call ends.
            int tokens = 0;
            for (int round = 0; round < rounds; round++)
            {
                var source = new CancellationTokenSource();
                int delay = round % 100 * 20;
                peer.OnRequest = socket =>
                {
                    Peer.Answer(socket);
                    Thread.SpinWait(delay);
                    source.Cancel(); // throws if the handle is closed
                };
                try
                {
                    client.GetToken(key, Bytes(login), Bytes(secret), source.Token).Dispose();
                    tokens++;
                }
                catch (OperationCanceledException) { }
            }
            Check(tokens > 0 && !other.Join(0));
            Peer.Answer(asked);
            other.Join();
            Check(got == "demo" && peer.Failure == null);
        }
    }

    static void DisposeCancelsEveryCall()
    {
        // Between the preparation of a call and the call of C.
        Client gone = Connect("/scenario/silence-after-tls");
        using (CText cKey = CText.Of(key), user = CText.Of(login), password = CText.Of(secret))
        using (ClientHandle share = gone.Share())
        using (gone.Closing.Token.Register(share.Cancel))
        {
            gone.Dispose();
            TokenHandle token;
            ErrorHandle error = Native.nf_client_get_token(share, cKey.Pointer, user.Pointer, password.Pointer, out token);
            Check(NativeflowException.Of(error).Code == Code.Cancelled);
        }
        // At about the time when a call begins.
        for (int round = 0; round < 50; round++)
        {
            Client client = Connect("/scenario/silence-after-tls");
            var disposing = new Thread(() =>
            {
                Thread.SpinWait(round * 200);
                client.Dispose();
            });
            disposing.Start();
            Stopwatch watch = Stopwatch.StartNew();
            try
            {
                client.GetToken(key, Bytes(login), Bytes(secret));
                Check(false);
            }
            catch (OperationCanceledException) { }
            catch (ObjectDisposedException) { }
            Check(watch.ElapsedMilliseconds < 1000);
            disposing.Join();
        }
    }

    static void ClientIsFreedAfterItsCalls()
    {
        int released = 0;
        ReleaseFunction release = user => released++;
        Client client = Released("", release);
        // If the source is disposed of, Register throws on Mono and .NET Framework, and does nothing on CoreCLR.
        var source = new CancellationTokenSource();
        CancellationToken late = source.Token;
        source.Dispose();
        byte[] login_ = Bytes(login), password = Bytes(secret);
        Throws<ObjectDisposedException>(() => client.GetToken(key, login_, password, late).Dispose());
        Check(IsZero(login_) && IsZero(password));
        client.GetToken(key, Bytes(login), Bytes(secret), new CancellationTokenSource().Token).Dispose();
        Check(released == 0);
        client.Dispose();
        Check(released == 1); // C has freed all of it
        GC.KeepAlive(release);
    }

    static void Cancelled(Client client, CancellationToken cancellation, int delay)
    {
        byte[] user = Bytes(login), password = Bytes(secret);
        Stopwatch watch = Stopwatch.StartNew();
        try
        {
            client.GetToken(key, user, password, cancellation);
            Check(false);
        }
        catch (OperationCanceledException cancelled)
        {
            Check(cancelled.CancellationToken == cancellation);
        }
        Check(watch.ElapsedMilliseconds < delay + 1000);
        Check(IsZero(user) && IsZero(password));
    }

    static void LogReceivesEachStep()
    {
        var lines = new List<string>();
        using (Client client = Connect("", (level, line) =>
            {
                lines.Add(level + " " + line);
                GC.Collect();
                throw new Exception("ignored");
            }))
        {
            GC.Collect();
            client.GetToken(key, Bytes(login), Bytes(secret)).Dispose();
            Check(lines.Any(line => line.StartsWith("Info [") && line.Contains("] connect")) && lines.Last().Contains("] token"));
            lines.Clear();
            Check(CodeOf(() => client.GetToken(key, Bytes(login), Bytes("wrong"))) == Code.Denied);
            Check(lines.Last().StartsWith("Error [") && lines.Last().Contains("] failed") && !lines.Any(line => line.Contains(login)));
        }
    }

    // Disposes of the client while a cancelled call still writes to the log.
    static void LogIsReleasedOnceAfterTheLastCall()
    {
        int released = 0;
        ReleaseFunction release = user => released++;
        using (var inLog = new ManualResetEvent(false))
        using (var isDisposed = new ManualResetEvent(false))
        using (var source = new CancellationTokenSource())
        {
            WeakReference log = null, rejected = null;
            Client client = null;
            // On threads that end, because Mono treats old data on a stack as references.
            OnThread(() =>
            {
                Action<LogLevel, string> function = (level, line) =>
                {
                    if (level == LogLevel.Error)
                    {
                        inLog.Set();
                        isDisposed.WaitOne();
                    }
                    else if (line.Contains("] tls"))
                        source.Cancel();
                };
                log = new WeakReference(function);
                client = Released("/scenario/silence-after-tls", release, function);
            }).Join();
            Collect();
            Check(log.IsAlive); // only C refers to it
            Thread call = OnThread(() => Cancelled(client, source.Token, 5000));
            inLog.WaitOne();
            client.Dispose();
            Collect();
            Check(released == 0 && log.IsAlive);
            isDisposed.Set();
            call.Join();
            client = null;
            Collect();
            Check(released == 1 && !log.IsAlive);

            // Options that reject it do not keep it.
            OnThread(() =>
            {
                var options = new Options();
                options.Dispose();
                Action<LogLevel, string> function = (level, line) => inLog.Set();
                rejected = new WeakReference(function);
                Check(Throws<ObjectDisposedException>(() => options.SetLog(function)));
            }).Join();
            Collect();
            Check(!rejected.IsAlive);
        }
        GC.KeepAlive(release);
    }

    static Thread OnThread(ThreadStart run)
    {
        var thread = new Thread(run);
        thread.Start();
        return thread;
    }

    static void Collect()
    {
        for (int round = 0; round < 2; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    static void DisposedObjectsThrow()
    {
        var options = new Options();
        options.SetBaseUrl(baseUrl).SetCaFile(caFile);
        var client = new Client(options);
        options.Dispose();
        options.Dispose();
        Check(Throws<ObjectDisposedException>(() => options.SetBaseUrl(baseUrl)) && Throws<ObjectDisposedException>(() => new Client(options)));
        Token token = client.GetToken(key, Bytes(login), Bytes(secret));
        client.Dispose();
        client.Dispose();
        byte[] user = Bytes(login), password = Bytes(secret);
        Check(Throws<ObjectDisposedException>(() => client.GetToken(key, user, password)) && IsZero(user) && IsZero(password));
        Check(token.Value.Length > 0);
        token.Dispose();
        token.Dispose();
        Check(Throws<ObjectDisposedException>(() => Check(token.Value == "")));
    }

    static void DisposeWaitsForReaders()
    {
        using (Client client = Connect(""))
        {
            // Between C's return and the copy of the text.
            Token token = client.GetToken(key, Bytes(login), Bytes(secret));
            string value = token.Value;
            Check(value == token.Text(handle =>
            {
                IntPtr text = Native.nf_token_value(handle);
                var disposing = new Thread(token.Dispose);
                disposing.Start();
                disposing.Join();
                return text;
            }));
            Check(Throws<ObjectDisposedException>(() => Check(token.Value == "")));
            // At about the time when it is read.
            for (int round = 0; round < 200; round++)
            {
                Token shared = client.GetToken(key, Bytes(login), Bytes(secret));
                string wanted = shared.Authorization;
                var disposing = new Thread(shared.Dispose);
                disposing.Start();
                Check(Throws<ObjectDisposedException>(() =>
                {
                    while (true)
                        Check(shared.Authorization == wanted);
                }));
                disposing.Join();
            }
        }
    }

    // The second copy fails: the secret is too long, or there is no memory.
    static void SecretsAreWipedIfCopyingFails()
    {
        byte[] user = Bytes(login), password = Bytes(secret), left = new byte[login.Length];
        IntPtr first = IntPtr.Zero;
        Check(Throws<OutOfMemoryException>(() => Credentials.Of(utf8 =>
        {
            if (first != IntPtr.Zero)
                throw new OutOfMemoryException();
            var text = new CText(utf8);
            first = text.Pointer;
            return text;
        }, user, password)));
        Marshal.Copy(first, left, 0, left.Length);
        Check(IsZero(user) && IsZero(password) && IsZero(left));
    }

    static void CodesMatchTheLibrary()
    {
        for (int number = 0; number < 200; number++)
        {
            string name = Library.CodeName((Code)number), expected = "NF";
            foreach (char c in ((Code)number).ToString())
                expected += char.IsUpper(c) ? "_" + c : char.ToUpperInvariant(c).ToString();
            Check(name == "NF_UNKNOWN" ? !Enum.IsDefined(typeof(Code), number) : name == expected);
        }
    }

    const string ClientSecret = "c5Gk/demo+Client=Secret";

    static Options OAuth2(string scenario = "")
    {
        return new Options().SetBaseUrl(baseUrl + scenario).SetCaFile(caFile).UseOAuth2().SetClientSecret(ClientSecret.ToCharArray());
    }

    static void OAuth2TokenIsRefreshedAndRevoked()
    {
        using (var client = new Client(OAuth2()))
        using (Token token = client.GetToken(key, Bytes(login), Bytes(secret)))
        {
            Check(token.Scheme == "Bearer" && token.Authorization == "Bearer " + token.Value && token.ExpirationDate == "");
            Check(token.RefreshExpiresAt > token.ExpiresAt);
            byte[] part = Bytes(token.RefreshToken);
            using (var stored = new Token("Bearer", null, part, token.InstanceUrl, null, token.RefreshExpiresAt))
            using (Token refreshed = client.RefreshToken(key, stored))
            {
                Check(IsZero(part) && stored.Value == "" && stored.Authorization == "");
                Check(stored.ExpiresAt == null && stored.RefreshExpiresAt == token.RefreshExpiresAt);
                Check(refreshed.Value != "" && refreshed.Value != token.Value && refreshed.RefreshToken != token.RefreshToken);
                Check(CodeOf(() => client.RevokeToken(stored)) == Code.InvalidArgument);
                Check(CodeOf(() => client.RevokeToken(refreshed, token)) == Code.InvalidArgument);
                client.RevokeToken(refreshed);
                NativeflowException expired = FailureOf(() => client.RefreshToken(key, refreshed).Dispose());
                Check(expired.Code == Code.RefreshExpired && expired.ServerCode == 108);
            }
        }
    }

    static void NativeFlowTokenIsRefreshedAndRevoked()
    {
        byte[] given = Bytes(ClientSecret + "\0\0"); // a buffer that is longer than the text
        using (var client = new Client(new Options().SetBaseUrl(baseUrl).SetCaFile(caFile).SetClientSecret(given)))
        using (Token token = client.GetToken(key, Bytes(login), Bytes(secret)))
        using (Token refreshed = client.RefreshToken(key, token))
        {
            Check(IsZero(given) && token.RefreshExpiresAt == null);
            Check(refreshed.Value != token.Value && refreshed.RefreshToken == token.RefreshToken);
            client.RevokeToken(token, refreshed);
            client.RevokeToken(refreshed);
            Check(CodeOf(() => client.GetApplicationToken(key)) == Code.InvalidOption);
        }
    }

    static void ApplicationAndCompanyGetTokens()
    {
        using (var client = new Client(OAuth2().SetCredentialType(CredentialType.AuthToken)))
        using (Token application = client.GetApplicationToken(key))
        using (Token token = client.GetToken(key, Bytes("5f0c1d2e-8a4b-4c6d-9e7f-0a1b2c3d4e5f"), Bytes("at-request+token/of=company")))
            Check(application.Value != "" && application.RefreshToken == "" && token.RefreshToken != "");
    }

    static void ErrorHasServerCode()
    {
        using (var client = new Client(OAuth2("/scenario/oauth2-code-14")))
        {
            NativeflowException locked = FailureOf(() => client.GetToken(key, Bytes(login), Bytes(secret)).Dispose());
            Check(locked.Code == Code.AccountLocked && locked.ServerCode == 14 && locked.RetryAfter == null);
        }
    }

    static void OAuth2OptionsAreChecked()
    {
        using (var options = new Options())
        {
            Check(CodeOf(() => new Client(options.UseOAuth2())) == Code.InvalidOption);
            Check(CodeOf(() => options.SetClientSecret(new byte[0])) == Code.InvalidOption);
            Check(CodeOf(() => options.SetClientSecret("a\n".ToCharArray())) == Code.InvalidOption);
            Check(CodeOf(() => options.SetClientSecret((byte[])null)) == Code.InvalidArgument);
            Check(CodeOf(() => options.SetClientSecret(new char[8])) == Code.InvalidArgument);
            Check(CodeOf(() => options.SetClientSecret("a\0b".ToCharArray())) == Code.InvalidUtf8);
            Check(CodeOf(() => options.SetCredentialType((CredentialType)7)) == Code.InvalidOption);
            Check(CodeOf(() => options.AllowHost("https://localhost")) == Code.InvalidOption);
            new Client(options.AllowHost("localhost:8443").SetClientSecret(Bytes(ClientSecret))).Dispose();
        }
        using (var options = new Options())
            Check(CodeOf(() => new Client(options.SetCredentialType(CredentialType.AuthToken))) == Code.InvalidOption);
    }

    static void InvalidTokensAreRejected()
    {
        foreach (string[] parts in new[]
            {
                new[] { "Basic", "v", "r", "" }, new[] { "Bearer", "", "", "" }, new[] { "Bearer", "\0", "r", "" },
                new[] { "OAuth", "v", "a b", "" }, new[] { "OAuth", "v", "r", "http://example.com" },
            })
        {
            char[] value = parts[1].ToCharArray(), refreshToken = parts[2].ToCharArray();
            Check(CodeOf(() => new Token(parts[0], value, refreshToken, parts[3]).Dispose()) == Code.InvalidArgument);
            Check(IsZero(value) && IsZero(refreshToken));
        }
        using (var client = new Client(OAuth2()))
        using (var token = new Token("Bearer", Bytes("v"), null))
        using (var other = new Token("OAuth", Bytes("v"), Bytes("r"), null, DateTimeOffset.UtcNow))
        {
            Check(other.ExpiresAt > DateTimeOffset.UtcNow.AddMinutes(-1));
            Check(CodeOf(() => client.RefreshToken(key, token)) == Code.InvalidArgument);
            Check(CodeOf(() => client.RefreshToken(key, other)) == Code.InvalidArgument);
            Check(CodeOf(() => client.RevokeToken(other)) == Code.InvalidArgument);
            token.Dispose();
            Check(Throws<ObjectDisposedException>(() => client.RefreshToken(key, token)));
            Check(Throws<ObjectDisposedException>(() => client.RevokeToken(token)));
            Check(Throws<ArgumentNullException>(() => client.RevokeToken(null)));
        }
    }

    // The log of a call disposes of the token that the call uses.
    static void TokenMayBeDisposedOfDuringItsCall()
    {
        Token token = null;
        using (var client = new Client(OAuth2().SetLog((level, line) => token?.Dispose())))
        {
            token = client.GetToken(key, Bytes(login), Bytes(secret));
            client.RefreshToken(key, token).Dispose();
            Check(Throws<ObjectDisposedException>(() => Check(token.Value == "")));
        }
    }

    static void CancellationEndsEachKindOfCall()
    {
        using (var client = new Client(OAuth2("/scenario/silence-after-tls")))
        using (var token = new Token("Bearer", Bytes("v"), Bytes("r")))
            foreach (Action<CancellationToken> call in new Action<CancellationToken>[]
                {
                    cancellation => client.RefreshToken(key, token, cancellation),
                    cancellation => client.RevokeToken(token, null, cancellation),
                    cancellation => client.GetApplicationToken(key, cancellation),
                })
                using (var source = new CancellationTokenSource(100))
                    Check(Throws<OperationCanceledException>(() => call(source.Token)));
    }

    static NativeflowException FailureOf(Action action)
    {
        try { action(); }
        catch (NativeflowException failure) { return failure; }
        return null;
    }

    static void RemediesNameMethodsOfOptions()
    {
        int setters = 0;
        foreach (var function in typeof(Native).GetMethods(BindingFlags.Static | BindingFlags.NonPublic))
            if (Regex.IsMatch(function.Name, "^nf_options_(set|add|use|allow)_"))
            {
                string own = NativeflowException.WithOwnNames("the setting (" + function.Name + "), see x_y");
                Match name = Regex.Match(own, @"^the setting \(Options\.(\w+)\), see x_y$");
                Check(name.Success && typeof(Options).GetMethods().Any(method => method.Name == name.Groups[1].Value));
                setters++;
            }
        Check(setters >= 19);
        using (var options = new Options())
        using (var client = new Client(options.SetBaseUrl(baseUrl)))
            try
            {
                client.GetToken(key, Bytes(login), Bytes(secret)).Dispose();
                Check(false);
            }
            catch (NativeflowException failure)
            {
                Check(failure.Code == Code.TlsUntrusted && failure.Remedy.Contains("Options.SetCaFile"));
                Check(!failure.Remedy.Contains("nf_") && failure.Message.EndsWith(failure.Remedy));
            }
    }

    // The tests repeat rejected and unanswered logins of one user, which would be held back.
    static Client Connect(string scenario, Action<LogLevel, string> log = null)
    {
        using (var options = new Options())
            return new Client(options.SetBaseUrl(baseUrl + scenario).SetCaFile(caFile).SetTimeout(TimeSpan.FromSeconds(60)).SetHoldBack(TimeSpan.Zero)
                .SetLog(log));
    }

    /// <summary>Creates a client that calls release when no callback can run any more.</summary>
    static Client Released(string scenario, ReleaseFunction release, Action<LogLevel, string> log = null)
    {
        using (var options = new Options())
        {
            options.SetBaseUrl(baseUrl + scenario).SetCaFile(caFile).SetHoldBack(TimeSpan.Zero).SetLog(log);
            NativeflowException.ThrowFor(Native.nf_options_on_release(options.Handle, release, IntPtr.Zero));
            return new Client(options);
        }
    }

    static NativeflowException Failure(string scenario, string user, string password)
    {
        using (Client client = Connect(scenario))
            try
            {
                client.GetToken(key, Bytes(user), Bytes(password)).Dispose();
                return null;
            }
            catch (NativeflowException failure)
            {
                return failure;
            }
    }

    static void EndZeroed(Code wanted, Func<char[], char[], Token> call, string user, string password, [CallerLineNumber] int line = 0)
    {
        char[] first = user?.ToCharArray(), second = password?.ToCharArray();
        Check(CodeOf(() => call(first, second).Dispose()) == wanted, line);
        Check(IsZero(first) && IsZero(second), line);
    }

    static void EndZeroed(Code wanted, Func<byte[], byte[], Token> call, string user, string password, [CallerLineNumber] int line = 0)
    {
        byte[] first = user == null ? null : Bytes(user), second = password == null ? null : Bytes(password);
        Check(CodeOf(() => call(first, second).Dispose()) == wanted, line);
        Check(IsZero(first) && IsZero(second), line);
    }

    static byte[] Bytes(string text) { return Encoding.UTF8.GetBytes(text); }

    static bool IsZero<T>(T[] array) { return array == null || array.All(item => item.Equals(default(T))); }

    static Code CodeOf(Action action)
    {
        try { action(); }
        catch (NativeflowException failure) { return failure.Code; }
        return Code.Ok;
    }

    static bool Throws<T>(Action action) where T : Exception
    {
        try { action(); }
        catch (T) { return true; }
        return false;
    }

    static void Check(bool holds, [CallerLineNumber] int line = 0, [CallerMemberName] string where = "")
    {
        if (holds)
            return;
        Console.Error.WriteLine("{0}, line {1}: check failed", where, line);
        failures++;
    }
}

/// <summary>A server that counts requests, and responds only if a test requires it. It does not use TLS, so that thousands of calls
/// are fast.</summary>
sealed class Peer : IDisposable
{
    readonly TcpListener listener = new TcpListener(IPAddress.Loopback, 0);
    readonly TaskCompletionSource<Socket> first = new TaskCompletionSource<Socket>();
    readonly Thread accepting;
    volatile int requests;
    volatile bool isDisposed;

    /// <summary>Called once, with the next request.</summary>
    public Action<Socket> OnRequest;

    public Peer()
    {
        listener.Start();
        accepting = new Thread(Accept);
        accepting.Start();
    }

    public int Requests { get { return requests; } }

    /// <summary>Waits for the first request, and returns its connection, which stays open.</summary>
    public Socket First { get { return first.Task.Result; } }

    public Exception Failure { get; private set; }

    public Client Connect()
    {
        using (var options = new Options())
            return new Client(options.SetBaseUrl("http://" + listener.LocalEndpoint).SetHoldBack(TimeSpan.Zero));
    }

    public static void Answer(Socket socket)
    {
        const string body = "<Access_Token><Instance_Url>http://127.0.0.1/</Instance_Url><Token>demo</Token>"
            + "<Expiration_date>1/1/2099 12:00:00 AM</Expiration_date></Access_Token>";
        string head = "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: " + body.Length;
        try { socket.Send(Encoding.ASCII.GetBytes(head + "\r\n\r\n" + body)); }
        catch (SocketException) { } // the call may have ended
    }

    void Accept()
    {
        var buffer = new byte[4096];
        Socket last = null;
        try
        {
            while (true)
            {
                Socket socket = listener.AcceptSocket();
                last?.Close();
                last = socket;
                if (!HasRequest(socket, buffer))
                    continue;
                requests++;
                if (first.TrySetResult(socket))
                    last = null;
                else
                    Interlocked.Exchange(ref OnRequest, null)?.Invoke(socket);
            }
        }
        catch (Exception failure)
        {
            if (!isDisposed)
                Failure = failure;
        }
    }

    static bool HasRequest(Socket socket, byte[] buffer)
    {
        try { return socket.Receive(buffer) > 0; }
        catch (SocketException) { return false; } // a reset: the call was cancelled
    }

    public void Dispose()
    {
        isDisposed = true;
        listener.Stop();
        accepting.Join();
    }
}

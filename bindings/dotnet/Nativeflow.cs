/*
 * nativeflow for .NET: nativeflow.h with objects that free themselves, one exception, and secrets that are zeroed. It is one
 * file in C# 7.2. Its target is .NET Standard 2.0: CoreCLR, .NET Framework and Mono. It needs the C library.
 *
 *     using (var concur = new Client())
 *     using (Token token = concur.GetToken(key, login, secret))
 *         Use(token.Authorization, token.InstanceUrl);
 *
 * nativeflow.h describes what each function does, when it blocks and how it fails, at the C function of the same name. The
 * rules for threads are the same.
 *
 * SECRETS. A string cannot be wiped, so login and secret are arrays, UTF-8 in byte[] or UTF-16 in char[]. They are overwritten
 * with zeros, on success and failure. The garbage collector moves arrays and leaves a copy in the old place: pin yours
 * (GCHandle.Alloc, or GC.AllocateArray with pinned: true) before the secret is written to it. GetToken.cs shows how.
 */
using System;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;

namespace Nativeflow
{
    /// <summary>The result of a call. Later versions add codes: handle an unknown one by its group.</summary>
    public enum Code
    {
        /// <summary>Success.</summary>
        Ok = 0,
        /// <summary>An argument is missing or invalid. Fix the calling program.</summary>
        InvalidArgument = 1,
        /// <summary>A text is not UTF-8, contains half of a UTF-16 surrogate pair, or contains a NUL.</summary>
        InvalidUtf8 = 2,
        /// <summary>The value of an option is invalid.</summary>
        InvalidOption = 3,
        /// <summary>Login, secret or consumer key rejected; the server does not report which. Do not retry.</summary>
        Denied = 20,
        /// <summary>The account is locked. Only the OAuth 2.0 service reports it.</summary>
        AccountLocked = 21,
        /// <summary>The account is disabled. Only the OAuth 2.0 service reports it.</summary>
        AccountDisabled = 22,
        /// <summary>The password must be changed. Only the OAuth 2.0 service reports it.</summary>
        PasswordExpired = 23,
        /// <summary>A policy forbids the request: IP address, single sign-on, company, grant, right to revoke.</summary>
        NotAllowed = 24,
        /// <summary>The client ID or the client secret is wrong, or the application is disabled.</summary>
        BadClient = 25,
        /// <summary>The refresh token is invalid or expired. Get a token with login and password.</summary>
        RefreshExpired = 26,
        /// <summary>The login was rejected before and is not sent again; see <see cref="Options.SetHoldBack"/>.</summary>
        HeldBack = 27,
        /// <summary>The user or the token belongs to another host, which is not trusted.</summary>
        WrongHost = 28,
        /// <summary>A login is needed, and there is no secret for it. Set a secret callback or call
        /// <see cref="Session.LogIn(byte[], CancellationToken)"/>.</summary>
        SecretNeeded = 29,
        /// <summary>The server is overloaded; see <see cref="NativeflowException.RetryAfter"/>.</summary>
        Busy = 40,
        /// <summary>The server is under maintenance.</summary>
        Maintenance = 41,
        /// <summary>The server failed to process the request.</summary>
        ServerError = 42,
        /// <summary>The host name cannot be resolved.</summary>
        Dns = 60,
        /// <summary>The connection to the server cannot be opened.</summary>
        Connect = 61,
        /// <summary>The TLS handshake or the TLS connection failed.</summary>
        Tls = 62,
        /// <summary>The server's certificate is not trusted. No Concur credentials were sent.</summary>
        TlsUntrusted = 63,
        /// <summary>The proxy cannot be reached, fails, or refuses the connection.</summary>
        Proxy = 64,
        /// <summary>The proxy requires a user name and password, or rejects those that it received.</summary>
        ProxyDenied = 65,
        /// <summary>The timeout of the call expired.</summary>
        Timeout = 66,
        /// <summary>The calling program cancelled the call.</summary>
        Cancelled = 67,
        /// <summary>The connection was closed before the response was complete.</summary>
        Disconnected = 68,
        /// <summary>The token endpoint does not exist, or no longer exists.</summary>
        EndpointGone = 80,
        /// <summary>The server sent a redirect. The library never follows redirects.</summary>
        Redirected = 81,
        /// <summary>A web page or a proxy's error page was received instead of a token response.</summary>
        NotConcur = 82,
        /// <summary>The response is invalid.</summary>
        Malformed = 83,
        /// <summary>The response is too large.</summary>
        TooLarge = 84,
        /// <summary>Internal error: a defect in the library ended the call. The process can continue.</summary>
        Panic = 100,
        /// <summary>Internal error: unexpected state.</summary>
        Internal = 101,
    }

    /// <summary>A part of a call whose time is measured.</summary>
    public enum Timing
    {
        /// <summary>The lookup of the host name: the proxy's if there is one, otherwise the server's.</summary>
        Lookup = 0,
        /// <summary>Until there is a connection to the server, including a proxy's TLS handshake and tunnel.</summary>
        Connect = 1,
        /// <summary>The TLS handshake with the server.</summary>
        Tls = 2,
        /// <summary>The request and the whole response.</summary>
        Server = 3,
        /// <summary>The whole call.</summary>
        Total = 4,
    }

    /// <summary>The level of a log line.</summary>
    public enum LogLevel
    {
        /// <summary>The call failed.</summary>
        Error = 1,
        /// <summary>A problem that does not stop the call.</summary>
        Warning = 2,
        /// <summary>A step is finished.</summary>
        Info = 3,
    }

    /// <summary>What login and secret of a call are.</summary>
    public enum CredentialType
    {
        /// <summary>A user's login ID and password.</summary>
        Password = 0,
        /// <summary>The UUID of a company and its request token.</summary>
        AuthToken = 1,
    }

    /// <summary>Returns the secret of a user when a session needs a login. It writes the secret (UTF-8) to the buffer and returns its
    /// length in bytes; 0 is an empty password. Without a secret it returns <see cref="SecretResult.None"/> or
    /// <see cref="SecretResult.Unavailable"/>.</summary>
    /// <param name="login">The login of the session.</param>
    /// <param name="lastCode"><see cref="Code.Ok"/>, or the code with which the server refused the last secret of this user: then read
    /// the secret again from where it is stored, not from a cache.</param>
    /// <param name="buffer">At least 2048 bytes, pinned. It is overwritten with zeros when the function has returned.</param>
    /// <remarks>It runs on the thread of a call, and never twice at the same time for the same user. If it throws, the call fails with
    /// <see cref="Code.SecretNeeded"/>, and the exception is the <see cref="Exception.InnerException"/>. A call for the same user inside it
    /// fails with <see cref="Code.InvalidArgument"/>.</remarks>
    public delegate int SecretCallback(string login, Code lastCode, byte[] buffer);

    /// <summary>Results of a <see cref="SecretCallback"/> that has no secret.</summary>
    public static class SecretResult
    {
        /// <summary>There is no secret. Do not retry.</summary>
        public const int None = -1;
        /// <summary>The secret cannot be read now, for example because a vault does not answer. Retry after 30 seconds.</summary>
        public const int Unavailable = -2;
    }

    /// <summary>Why a call failed, and how to fix it. Contains no secret.</summary>
    public sealed class NativeflowException : Exception
    {
        readonly long[] timingsUs = { -1, -1, -1, -1, -1 };

        internal NativeflowException(Code code, string cause, string remedy) : this(code, Library.CodeName(code), cause, remedy, null) { }

        NativeflowException(Code code, string name, string cause, string remedy, Exception inner) : base(name + ": " + cause + ". " + remedy, inner)
        {
            Code = code;
            Name = name;
            Cause = cause;
            Remedy = remedy;
            ServerMessage = CorrelationId = CallId = RemoteAddress = "";
        }

        NativeflowException(ErrorHandle error, Exception inner)
            : this((Code)Native.nf_error_code(error), Native.Text(error, Native.nf_error_name),
                Native.Text(error, Native.nf_error_message), WithOwnNames(Native.Text(error, Native.nf_error_remedy)), inner)
        {
            int status = Native.nf_error_http_status(error), serverCode = Native.nf_error_server_code(error);
            long wait = Native.nf_error_retry_after_ms(error);
            HttpStatus = status == 0 ? (int?)null : status;
            ServerCode = serverCode == -1 ? (int?)null : serverCode;
            RetryAfter = wait == -1 ? (TimeSpan?)null : TimeSpan.FromMilliseconds(wait);
            ServerMessage = Native.Text(error, Native.nf_error_server_message);
            CorrelationId = Native.Text(error, Native.nf_error_correlation_id);
            CallId = Native.Text(error, Native.nf_error_call_id);
            RemoteAddress = Native.Text(error, Native.nf_error_remote_address);
            for (int i = 0; i < timingsUs.Length; i++)
                timingsUs[i] = Native.nf_error_timing_us(error, i);
        }

        /// <summary>Replaces C functions in a remedy: nf_options_set_timeout_ms is Options.SetTimeout.</summary>
        internal static string WithOwnNames(string remedy)
        {
            foreach (string type in new[] { "Options", "Session", "Client" })
                remedy = WithOwnNames(remedy, "nf_" + type.ToLowerInvariant() + "_", type + ".");
            return remedy;
        }

        static string WithOwnNames(string remedy, string prefix, string type)
        {
            for (int at; (at = remedy.IndexOf(prefix, StringComparison.Ordinal)) >= 0;)
            {
                int end = at;
                while (end < remedy.Length && (remedy[end] == '_' || char.IsLower(remedy[end]) || char.IsDigit(remedy[end])))
                    end++;
                string name = type;
                foreach (string word in remedy.Substring(at + prefix.Length, end - at - prefix.Length).Split('_'))
                    if (word == "oauth2")
                        name += "OAuth2";
                    else if (word != "" && word != "ms")
                        name += char.ToUpperInvariant(word[0]) + word.Substring(1);
                remedy = remedy.Substring(0, at) + name + remedy.Substring(end);
            }
            return remedy;
        }

        /// <summary>Handle an unknown code by its group. 1 to 19: invalid call; 20 to 39: credentials rejected (do not retry); 40 to
        /// 59: server; 60 to 79: network; 80 to 99: response; from 100: internal error.</summary>
        public Code Code { get; }
        /// <summary>The name of the code in C, such as "NF_DENIED".</summary>
        public string Name { get; }
        /// <summary>A description of the failure, as one line. (<see cref="Exception.Message"/> has name, cause and remedy.)</summary>
        public string Cause { get; }
        /// <summary>The next step of an administrator, as one line.</summary>
        public string Remedy { get; }
        /// <summary>The HTTP status of the response; null if there is none.</summary>
        public int? HttpStatus { get; }
        /// <summary>The server's error text; empty if there is none. Do not trust it; the server or a proxy wrote it.</summary>
        public string ServerMessage { get; }
        /// <summary>The error number of the OAuth 2.0 service; null if there is none.</summary>
        public int? ServerCode { get; }
        /// <summary>The server's correlation ID; empty if there is none. Concur's support asks for it.</summary>
        public string CorrelationId { get; }
        /// <summary>The ID of the call, with which its lines in the log begin, in brackets; empty if there was no call.</summary>
        public string CallId { get; }
        /// <summary>IP address and port of the TCP connection of the call; with a proxy, the proxy's. Empty if none was
        /// reached.</summary>
        public string RemoteAddress { get; }
        /// <summary>The time of a part of the call; up to the failure for the part that failed. null: not reached.</summary>
        public TimeSpan? GetTiming(Timing part)
        {
            return part < Timing.Lookup || part > Timing.Total ? null : Native.Time(timingsUs[(int)part]);
        }
        /// <summary>The time to wait before a retry. null means, in every group: do not retry until the cause is fixed.</summary>
        public TimeSpan? RetryAfter { get; }

        /// <summary>Converts the result of a C function, and frees it. Returns null for NULL, which means success.</summary>
        internal static NativeflowException Of(ErrorHandle error, Exception inner = null)
        {
            using (error)
                return error.IsInvalid ? null : new NativeflowException(error, inner);
        }

        internal static void ThrowFor(ErrorHandle error)
        {
            NativeflowException failure = Of(error);
            if (failure != null)
                throw failure;
        }
    }

    /// <summary>The version of the loaded C library.</summary>
    public static class Library
    {
        /// <summary>The version as text, such as "0.1.0".</summary>
        public static string Version { get { return Native.Text(Native.nf_version()); } }
        /// <summary>The version as one number, 0xMMmmpp. Use it to compare versions.</summary>
        public static uint VersionNumber { get { return Native.nf_version_number(); } }
        /// <summary>The name of a code in C, such as "NF_DENIED"; "NF_UNKNOWN" if the library does not know it.</summary>
        public static string CodeName(Code code) { return Native.Text(Native.nf_code_name((int)code)); }
    }

    /// <summary>The settings that a client is created from. Each setter throws a <see cref="NativeflowException"/> if the value is
    /// invalid; the old value stays. Only one thread at a time may use them.</summary>
    public sealed class Options : IDisposable
    {
        internal readonly OptionsHandle Handle = Native.nf_options_new();

        /// <summary>Sets the base URL of Concur, such as "https://eu1.concursolutions.com".</summary>
        public Options SetBaseUrl(string url) { return Set(Native.nf_options_set_base_url, url); }

        /// <summary>Selects the OAuth 2.0 service instead of the Native Flow. It needs a client secret.</summary>
        public Options UseOAuth2()
        {
            NativeflowException.ThrowFor(Native.nf_options_use_oauth2(Handle));
            return this;
        }

        /// <summary>Sets the application's client secret: UTF-8, optionally padded with zeros. It is overwritten with zeros, on success
        /// and failure.</summary>
        public Options SetClientSecret(byte[] secret) { return SetClientSecret(Credentials.Of(text => new CText(text), null, secret)); }

        /// <summary>Sets the application's client secret in UTF-16.</summary>
        public Options SetClientSecret(char[] secret) { return SetClientSecret(Credentials.Of(text => new CText(text), null, secret)); }

        Options SetClientSecret(Credentials moved)
        {
            ErrorHandle error = null;
            bool isUsed;
            using (moved)
            {
                isUsed = moved.AreUsed;
                if (!isUsed)
                    error = Native.nf_options_set_client_secret(Handle, moved.Secret.Pointer, moved.Secret.Length);
            }
            if (isUsed)
                throw Credentials.Used();
            NativeflowException.ThrowFor(error);
            return this;
        }

        /// <summary>Sets what login and secret of a call are. Default: a user's login ID and password.</summary>
        public Options SetCredentialType(CredentialType type)
        {
            NativeflowException.ThrowFor(Native.nf_options_set_credential_type(Handle, (int)type));
            return this;
        }

        /// <summary>Trusts one more host, such as "eu2.api.concursolutions.com" or "gateway.example:8443".</summary>
        public Options AllowHost(string host) { return Set(Native.nf_options_allow_host, host); }

        /// <summary>Sets the timeout of a whole call, from 1 ms to 49 days. Default: 60 seconds.</summary>
        public Options SetTimeout(TimeSpan limit) { return Set(Native.nf_options_set_timeout_ms, limit); }

        /// <summary>Sets the timeout of each attempt to connect to one address, from 1 ms to 49 days. Default: 10 seconds.</summary>
        public Options SetConnectTimeout(TimeSpan limit) { return Set(Native.nf_options_set_connect_timeout_ms, limit); }

        /// <summary>Sets how long a connection may stay idle between two calls. Zero (the default) opens a new connection for each
        /// call.</summary>
        public Options SetKeepAlive(TimeSpan longest) { return Set(Native.nf_options_set_keep_alive_ms, longest); }

        /// <summary>Sets how long before its expiry a session renews a token; never more than half of the token's lifetime.</summary>
        public Options SetRefreshMargin(TimeSpan margin) { return Set(Native.nf_options_set_refresh_margin_ms, margin); }

        /// <summary>Sets how long a refused secret is not sent again. Default: 20 hours. Zero: calls of <see cref="Client"/> are not held
        /// back, and sessions use the default.</summary>
        public Options SetHoldBack(TimeSpan time) { return Set(Native.nf_options_set_hold_back_ms, time); }

        /// <summary>Sets the file of trusted root certificates (PEM or DER). They replace the operating system's root certificates.
        /// The file is read during this call.</summary>
        public Options SetCaFile(string path) { return Set(Native.nf_options_set_ca_file, path); }

        /// <summary>Adds trusted root certificates (PEM or DER). They replace the operating system's root certificates, and are used in
        /// addition to those of a CA file.</summary>
        public Options AddCaPem(byte[] pem)
        {
            var length = new UIntPtr((uint)(pem == null ? 0 : pem.Length));
            NativeflowException.ThrowFor(Native.nf_options_add_ca_pem(Handle, pem, length));
            return this;
        }

        /// <summary>Sets the name of the calling product in the User-Agent header, such as "my-erp/4.2".</summary>
        public Options SetUserAgent(string product) { return Set(Native.nf_options_set_user_agent, product); }

        /// <summary>Sets the client certificate, which is presented to a server that requests one. Both files are PEM or DER, and are
        /// read during this call.</summary>
        public Options SetClientCertificate(string chainFile, string keyFile)
        {
            using (CText chain = CText.Of(chainFile), key = CText.Of(keyFile))
                NativeflowException.ThrowFor(Native.nf_options_set_client_certificate(Handle, chain.Pointer, key.Pointer));
            return this;
        }

        /// <summary>Sets the proxy for connections to Concur, such as "http://user:password@proxy.example:3128". "" (the default)
        /// means no proxy.</summary>
        public Options SetProxy(string url) { return Set(Native.nf_options_set_proxy, url); }

        /// <summary>Sets the hosts that are reached without the proxy, in the syntax of NO_PROXY.</summary>
        public Options SetProxyBypass(string hosts) { return Set(Native.nf_options_set_proxy_bypass, hosts); }

        /// <summary>Reads the proxy and the hosts without proxy from environment variables. They are read only during this call.</summary>
        public Options UseEnvironmentProxy()
        {
            NativeflowException.ThrowFor(Native.nf_options_use_environment_proxy(Handle));
            return this;
        }

        /// <summary>Sets the log function. It is called with one line for each step of every call. null (the default) disables logging.
        /// A line begins with the ID of its call in brackets (<see cref="NativeflowException.CallId"/>), and contains no secret and no
        /// line break. The function runs on the thread of the call, which waits for it. Calls on several threads may run it at the same time. Its exceptions are ignored. It is kept until these options and their clients
        /// are freed and all their calls have returned.</summary>
        public Options SetLog(Action<LogLevel, string> log)
        {
            IntPtr user = log == null ? IntPtr.Zero : Callbacks.Keep(Handle, log);
            NativeflowException.ThrowFor(Native.nf_options_set_log(Handle, log == null ? null : Callbacks.Log, user));
            return this;
        }

        /// <summary>Sets the function that returns the secret of a user when a session needs a login. null (the default): sessions get
        /// secrets only from <see cref="Session.LogIn(byte[], CancellationToken)"/>. It is kept until these options, their clients and
        /// their sessions are freed and all their calls have returned.</summary>
        public Options SetSecretCallback(SecretCallback read)
        {
            IntPtr user = read == null ? IntPtr.Zero : Callbacks.Keep(Handle, read);
            NativeflowException.ThrowFor(Native.nf_options_set_secret_callback(Handle, read == null ? null : Callbacks.Secret, user));
            return this;
        }

        /// <summary>Frees the options. Clients that were created from them do not change.</summary>
        public void Dispose() { Handle.Dispose(); }

        Options Set(Func<OptionsHandle, IntPtr, ErrorHandle> setter, string value)
        {
            using (CText text = CText.Of(value))
                NativeflowException.ThrowFor(setter(Handle, text.Pointer));
            return this;
        }

        Options Set(Func<OptionsHandle, uint, ErrorHandle> setter, TimeSpan time)
        {
            double ms = time.TotalMilliseconds;
            if (ms < 0 || ms > uint.MaxValue)
                throw new NativeflowException(Code.InvalidOption, "Invalid time (negative, or longer than 49 days)", "Set 0 to 4294967295 milliseconds.");
            NativeflowException.ThrowFor(setter(Handle, (uint)ms));
            return this;
        }
    }

    /// <summary>Gets tokens from one service. Several threads may call GetToken and Cancel at the same time.</summary>
    public sealed class Client : IDisposable
    {
        internal readonly ClientHandle Handle;
        internal readonly CancellationTokenSource Closing = new CancellationTokenSource();

        /// <summary>Creates a client with the default options: Concur's production host in the United States.</summary>
        public Client() : this(null) { }

        /// <summary>Creates a client from options. They are copied; they can be changed or disposed of afterwards.</summary>
        public Client(Options options)
        {
            // An invalid handle is NULL in C, which means the default values.
            using (OptionsHandle none = options == null ? new OptionsHandle() : null)
                NativeflowException.ThrowFor(Native.nf_client_new(none ?? options.Handle, out Handle));
            GC.KeepAlive(options);
        }

        /// <summary>Gets an access token. Blocks for at most the client's timeout.</summary>
        /// <param name="key">The consumer key, or the client ID of the OAuth 2.0 service.</param>
        /// <param name="login">UTF-8, optionally padded with zeros. It is overwritten with zeros, on success and failure. An array of
        /// zeros only is rejected, because a call that used it has left it so.</param>
        /// <param name="secret">The same. null or empty for a user without a password.</param>
        /// <param name="cancellation">Cancels only this call, within 10 ms. If it was cancelled before, nothing is sent.</param>
        /// <exception cref="NativeflowException">The call failed; see the code.</exception>
        /// <exception cref="OperationCanceledException">The call was cancelled, by any of the ways to cancel it.</exception>
        public Token GetToken(string key, byte[] login, byte[] secret, CancellationToken cancellation = default(CancellationToken))
        {
            return GetToken(key, Credentials.Of(text => new CText(text), login, secret), cancellation);
        }

        /// <summary>Gets an access token with a login and a secret in UTF-16.</summary>
        public Token GetToken(string key, char[] login, char[] secret, CancellationToken cancellation = default(CancellationToken))
        {
            return GetToken(key, Credentials.Of(text => new CText(text), login, secret), cancellation);
        }

        /// <summary>Gets an access token with the default options (nf_get_token): one client, one call.</summary>
        public static Token GetTokenOnce(string key, byte[] login, byte[] secret)
        {
            ErrorHandle error = null;
            TokenHandle token = null;
            bool isUsed;
            using (Credentials moved = Credentials.Of(text => new CText(text), login, secret))
            using (CText cKey = CText.Of(key))
            {
                isUsed = moved.AreUsed;
                if (!isUsed)
                    error = Native.nf_get_token(cKey.Pointer, moved.Login.Pointer, moved.Secret.Pointer, out token);
            }
            if (isUsed)
                throw Credentials.Used();
            NativeflowException.ThrowFor(error);
            return new Token(token);
        }

        /// <summary>Gets another access token for the refresh token of a token, which does not change. The client must use the service that
        /// issued it, with the client secret of the application. Store the refresh token of the new token: only that one may be
        /// valid.</summary>
        public Token RefreshToken(string key, Token token, CancellationToken cancellation = default(CancellationToken))
        {
            TokenHandle got = null;
            ErrorHandle error;
            using (CText cKey = CText.Of(key))
                error = OnShare(share => Native.nf_client_refresh_token(share, cKey.Pointer, token?.Handle, out got), cancellation);
            ThrowFor(error, cancellation);
            return new Token(got);
        }

        /// <summary>Revokes a token, without disposing of it. The OAuth 2.0 service ends all refresh tokens of its user for the
        /// application.</summary>
        /// <param name="token">The token.</param>
        /// <param name="admin">null, or in the Native Flow the token of an administrator.</param>
        /// <param name="cancellation">Cancels only this call.</param>
        public void RevokeToken(Token token, Token admin = null, CancellationToken cancellation = default(CancellationToken))
        {
            // An invalid handle is NULL in C.
            using (TokenHandle none = admin == null ? new TokenHandle() : null)
                ThrowFor(OnShare(share => Native.nf_client_revoke_token(share, token?.Handle, none ?? admin.Handle), cancellation), cancellation);
        }

        /// <summary>Gets an access token for the application itself, from the OAuth 2.0 service.</summary>
        public Token GetApplicationToken(string clientId, CancellationToken cancellation = default(CancellationToken))
        {
            TokenHandle got = null;
            ErrorHandle error;
            using (CText cKey = CText.Of(clientId))
                error = OnShare(share => Native.nf_client_get_application_token(share, cKey.Pointer, out got), cancellation);
            ThrowFor(error, cancellation);
            return new Token(got);
        }

        /// <summary>Lifts the hold of a user: the next call may send the login once, also with the same secret. Call it after the reason
        /// was found. Sends nothing.</summary>
        public void ClearHold(string key, string login)
        {
            using (CText cKey = CText.Of(key), cLogin = CText.Of(login))
                NativeflowException.ThrowFor(Native.nf_client_clear_hold(Handle, cKey.Pointer, cLogin.Pointer));
        }

        /// <summary>Cancels every call that runs on this client. Each returns within 10 ms. Calls that start later are not
        /// cancelled.</summary>
        public void Cancel() { Native.nf_client_cancel(Handle); }

        /// <summary>Frees the client. Cancels the calls on other threads, including one that has not entered C yet. Calls that start later
        /// throw an <see cref="ObjectDisposedException"/>. Tokens do not change.</summary>
        public void Dispose()
        {
            Closing.Cancel(); // each call has its own handle: freeing this one does not cancel it
            Handle.Dispose();
        }

        Token GetToken(string key, Credentials moved, CancellationToken cancellation)
        {
            ErrorHandle error = null;
            TokenHandle token = null;
            bool isUsed;
            try
            {
                using (moved)
                using (CText cKey = CText.Of(key))
                {
                    isUsed = moved.AreUsed;
                    if (!isUsed)
                        error = OnShare(share => Native.nf_client_get_token(share, cKey.Pointer, moved.Login.Pointer, moved.Secret.Pointer,
                            out token), cancellation);
                }
            }
            catch (ObjectDisposedException)
            {
                throw; // as below: because it is caught here, wiping comes first
            }
            // Thrown after the using blocks: an uncaught exception ends the process before the blocks that it leaves have wiped.
            if (isUsed)
                throw Credentials.Used();
            ThrowFor(error, cancellation);
            return new Token(token);
        }

        /// <summary>Makes a call on a share of its own, which the cancellation and Dispose cancel.</summary>
        ErrorHandle OnShare(Func<ClientHandle, ErrorHandle> call, CancellationToken cancellation)
        {
            using (ClientHandle share = Share())
            using (cancellation.Register(share.Cancel))
            using (Closing.Token.Register(share.Cancel))
                return call(share);
        }

        internal static void ThrowFor(ErrorHandle error, CancellationToken cancellation, Exception inner = null)
        {
            NativeflowException failure = NativeflowException.Of(error, inner);
            if (failure == null)
                return;
            if (failure.Code == Code.Cancelled)
                throw new OperationCanceledException(failure.Message, failure, cancellation);
            throw failure;
        }

        /// <summary>Creates a handle for one call, with its own cancellation. It stays cancelled, so a cancellation that comes before its
        /// call is not lost.</summary>
        internal ClientHandle Share()
        {
            ClientHandle share;
            NativeflowException.ThrowFor(Native.nf_client_share(Handle, 0, out share));
            return share;
        }
    }

    /// <summary>One user's continuing access: it keeps an access token valid. Several threads may use it at the same time; one of them asks
    /// the server, and the others wait for it. nativeflow.h describes the rules, at nf_session_get_token.</summary>
    public sealed class Session : IDisposable
    {
        readonly SessionHandle handle;
        readonly CancellationTokenSource closing = new CancellationTokenSource();

        /// <summary>Creates a session for a user. Sends nothing. The client may be disposed of before the session. Sessions of one client with
        /// the same key and login have the same token.</summary>
        public Session(Client client, string key, string login)
        {
            using (CText cKey = CText.Of(key), cLogin = CText.Of(login))
                NativeflowException.ThrowFor(Native.nf_session_new(client.Handle, cKey.Pointer, cLogin.Pointer, out handle));
        }

        /// <summary>Gets a valid access token: from the session's memory, or by a refresh or a login. Blocks for at most the client's
        /// timeout.</summary>
        /// <param name="cancellation">Cancels only this call, within 10 ms.</param>
        /// <exception cref="NativeflowException">The call failed; see the code.</exception>
        /// <exception cref="OperationCanceledException">The call was cancelled, by any of the ways to cancel it.</exception>
        public Token GetToken(CancellationToken cancellation = default(CancellationToken))
        {
            TokenHandle got = null;
            Call(share => Native.nf_session_get_token(share, out got), cancellation);
            return new Token(got);
        }

        /// <summary>Gets a valid access token, and uses the secret if a login is needed.</summary>
        /// <param name="secret">UTF-8, optionally padded with zeros. It is overwritten with zeros, on success and failure. null or empty for a
        /// user without a password.</param>
        /// <param name="cancellation">Cancels only this call.</param>
        public Token LogIn(byte[] secret, CancellationToken cancellation = default(CancellationToken))
        {
            return LogIn(Credentials.Of(text => new CText(text), null, secret), cancellation);
        }

        /// <summary>Gets a valid access token with a secret in UTF-16.</summary>
        public Token LogIn(char[] secret, CancellationToken cancellation = default(CancellationToken))
        {
            return LogIn(Credentials.Of(text => new CText(text), null, secret), cancellation);
        }

        Token LogIn(Credentials moved, CancellationToken cancellation)
        {
            TokenHandle got = null;
            ErrorHandle error = null;
            Exception inner = null;
            bool isUsed;
            try
            {
                using (moved)
                {
                    isUsed = moved.AreUsed;
                    if (!isUsed)
                        error = OnShare(share => Native.nf_session_log_in(share, moved.Secret.Pointer, out got), cancellation, out inner);
                }
            }
            catch (ObjectDisposedException)
            {
                throw; // because it is caught here, wiping comes first
            }
            if (isUsed)
                throw Credentials.Used();
            Client.ThrowFor(error, cancellation, inner);
            return new Token(got);
        }

        /// <summary>Gives the session a token that the program has stored. It is taken if the session has none, or if its own was rejected or
        /// expires earlier. It is not disposed of.</summary>
        public void SetToken(Token token) { NativeflowException.ThrowFor(Native.nf_session_set_token(handle, token?.Handle)); }

        /// <summary>Tells the session that the API has answered that the token is not valid any more: with status 401, or with status 403 for a
        /// token of the Native Flow. The next call gets a new one. A token that is not the current one changes nothing.</summary>
        public void RejectToken(Token token) { NativeflowException.ThrowFor(Native.nf_session_reject_token(handle, token?.Handle)); }

        /// <summary>Lifts the hold of the user, and ends a pause of the session. The next call may send the login once. Call it after the reason
        /// was found. Sends nothing.</summary>
        public void ClearHold() { NativeflowException.ThrowFor(Native.nf_session_clear_hold(handle)); }

        /// <summary>Revokes the session's token at the service, and forgets it, also if the call fails. Without a token it does
        /// nothing.</summary>
        public void LogOut(CancellationToken cancellation = default(CancellationToken)) { Call(Native.nf_session_log_out, cancellation); }

        /// <summary>Returns the state of the session as JSON, without a secret. nativeflow.h describes the keys.</summary>
        public string GetStatus()
        {
            for (var buffer = new byte[512];;)
            {
                UIntPtr length;
                NativeflowException.ThrowFor(Native.nf_session_status(handle, buffer, new UIntPtr((uint)buffer.Length), out length));
                if ((int)length < buffer.Length)
                    return Encoding.UTF8.GetString(buffer, 0, (int)length);
                buffer = new byte[2 * (int)length];
            }
        }

        /// <summary>Cancels every call that runs on this session. Calls that start later are not cancelled.</summary>
        public void Cancel() { Native.nf_session_cancel(handle); }

        /// <summary>Frees the session, and wipes its token, which is not revoked. Calls on other threads are cancelled.</summary>
        public void Dispose()
        {
            closing.Cancel(); // each call has its own handle: freeing this one does not cancel it
            handle.Dispose();
        }

        void Call(Func<SessionHandle, ErrorHandle> call, CancellationToken cancellation)
        {
            Exception inner;
            ErrorHandle error = OnShare(call, cancellation, out inner);
            Client.ThrowFor(error, cancellation, inner);
        }

        /// <summary>Makes a call on a share of its own, which the cancellation and Dispose cancel.</summary>
        ErrorHandle OnShare(Func<SessionHandle, ErrorHandle> call, CancellationToken cancellation, out Exception inner)
        {
            SessionHandle share;
            NativeflowException.ThrowFor(Native.nf_session_share(handle, 0, out share));
            Exception outer = Callbacks.Thrown; // of a call whose secret callback makes this call
            Callbacks.Thrown = null;
            try
            {
                using (share)
                using (cancellation.Register(share.Cancel))
                using (closing.Token.Register(share.Cancel))
                    return call(share);
            }
            finally
            {
                inner = Callbacks.Thrown;
                Callbacks.Thrown = outer;
            }
        }
    }

    /// <summary>An access token. Dispose wipes it. Its strings are copies, which cannot be wiped. The bytes of
    /// <see cref="CopyValue"/> can be wiped.</summary>
    public sealed class Token : IDisposable
    {
        internal readonly TokenHandle Handle;

        internal Token(TokenHandle handle) { Handle = handle; }

        /// <summary>Makes a token from parts that the program has stored, to refresh or revoke it. Sends nothing.</summary>
        /// <param name="scheme">"OAuth" for a token of the Native Flow, "Bearer" for one of the OAuth 2.0 service.</param>
        /// <param name="value">The access token, or null. Overwritten with zeros, on success and failure.</param>
        /// <param name="refreshToken">The same. One of the two is needed.</param>
        /// <param name="instanceUrl">null or "" for the base URL of the client that uses the token.</param>
        /// <param name="expiresAt">null if unknown.</param>
        /// <param name="refreshExpiresAt">null if unknown.</param>
        public Token(string scheme, byte[] value, byte[] refreshToken, string instanceUrl = null, DateTimeOffset? expiresAt = null,
            DateTimeOffset? refreshExpiresAt = null)
        {
            Handle = Made(scheme, Credentials.Of(text => new CText(text), value, refreshToken), instanceUrl, expiresAt, refreshExpiresAt);
        }

        /// <summary>Makes a token from parts in UTF-16.</summary>
        public Token(string scheme, char[] value, char[] refreshToken, string instanceUrl = null, DateTimeOffset? expiresAt = null,
            DateTimeOffset? refreshExpiresAt = null)
        {
            Handle = Made(scheme, Credentials.Of(text => new CText(text), value, refreshToken), instanceUrl, expiresAt, refreshExpiresAt);
        }

        static TokenHandle Made(string scheme, Credentials moved, string instanceUrl, DateTimeOffset? expiresAt, DateTimeOffset? refreshExpiresAt)
        {
            ErrorHandle error = null;
            TokenHandle token = null;
            bool isUsed;
            using (moved)
            using (CText cScheme = CText.Of(scheme), url = CText.Of(instanceUrl))
            {
                isUsed = moved.AreUsed;
                if (!isUsed)
                    error = Native.nf_token_new(cScheme.Pointer, moved.Login.Pointer, moved.Secret.Pointer, url.Pointer, Seconds(expiresAt),
                        Seconds(refreshExpiresAt), out token);
            }
            if (isUsed)
                throw Credentials.Used();
            NativeflowException.ThrowFor(error);
            return token;
        }

        static long Seconds(DateTimeOffset? time) { return time == null ? -1 : time.Value.ToUnixTimeSeconds(); }

        static DateTimeOffset? Time(long seconds) { return seconds == -1 ? (DateTimeOffset?)null : DateTimeOffset.FromUnixTimeSeconds(seconds); }

        /// <summary>The access token. It is visible ASCII, and empty only if a token was made without a value.</summary>
        public string Value { get { return Text(Native.nf_token_value); } }
        /// <summary>The scheme of the Authorization header for this token: "OAuth" for the Native Flow, "Bearer" for the OAuth 2.0
        /// service.</summary>
        public string Scheme { get { return Text(Native.nf_token_scheme); } }
        /// <summary>The complete value of an Authorization header: scheme and token. Empty if the token has no value.</summary>
        public string Authorization { get { return Text(Native.nf_token_authorization); } }
        /// <summary>The refresh token; empty if the server sent none. Store it: it is needed to renew the token.</summary>
        public string RefreshToken { get { return Text(Native.nf_token_refresh_token); } }
        /// <summary>The base URL for requests with this token. Empty if the server sent none, or one that a token must not be sent
        /// to.</summary>
        public string InstanceUrl { get { return Text(Native.nf_token_instance_url); } }
        /// <summary>The expiry date exactly as the server wrote it. Use it only for display.</summary>
        public string ExpirationDate { get { return Text(Native.nf_token_expiration_date); } }
        /// <summary>When the token expires, in UTC; null if the date is missing or not in the expected format.</summary>
        public DateTimeOffset? ExpiresAt { get { return Time(Native.nf_token_expires_at(Handle)); } }
        /// <summary>When the refresh token expires, in UTC; null if the server sent no such time.</summary>
        public DateTimeOffset? RefreshExpiresAt { get { return Time(Native.nf_token_refresh_expires_at(Handle)); } }

        /// <summary>IP address and port of the TCP connection of the call; with a proxy, the proxy's.</summary>
        public string RemoteAddress { get { return Text(Native.nf_token_remote_address); } }
        /// <summary>The time of a part of the call; null: the call did not do that part. An idle connection needs no lookup,
        /// connection and TLS handshake.</summary>
        public TimeSpan? GetTiming(Timing part) { return Native.Time(Native.nf_token_timing_us(Handle, (int)part)); }

        /// <summary>Copies the token into the buffer as ASCII, and returns its length. Copies nothing if the buffer is shorter or null.
        /// Pin the buffer before the call, and wipe it afterwards.</summary>
        public int CopyValue(byte[] buffer)
        {
            var capacity = new UIntPtr((uint)(buffer == null ? 0 : buffer.Length));
            return (int)Native.nf_token_copy_value(Handle, buffer, capacity);
        }

        /// <summary>Wipes and frees the token.</summary>
        public void Dispose() { Handle.Dispose(); }

        internal string Text(Func<TokenHandle, IntPtr> read) { return Native.Text(Handle, read); }
    }

    /// <summary>An array that is pinned until it is wiped.</summary>
    sealed class Wiped : IDisposable
    {
        readonly Array array;
        GCHandle pin;

        public Wiped(Array array)
        {
            this.array = array;
            pin = GCHandle.Alloc(array, GCHandleType.Pinned);
        }

        public IntPtr Address { get { return pin.AddrOfPinnedObject(); } }

        public void Dispose()
        {
            if (array != null)
                Array.Clear(array, 0, array.Length);
            pin.Free();
        }
    }

    /// <summary>A text for C: UTF-8 with a NUL, in its own buffer, which Dispose wipes. A null text is NULL in C.</summary>
    sealed class CText : IDisposable
    {
        readonly byte[] bytes;
        readonly Wiped wiped;
        int end;

        /// <summary>Whether the array contained only zeros.</summary>
        public bool IsUsed { get; }

        /// <summary>Converts UTF-8. Zeros at the end are padding.</summary>
        public CText(byte[] utf8)
        {
            if (utf8 == null)
                return;
            int length = utf8.Length;
            while (length > 0 && utf8[length - 1] == 0)
                length--;
            IsUsed = length == 0 && utf8.Length > 0;
            bytes = new byte[checked(2 * length + 1)];
            wiped = new Wiped(bytes);
            for (int i = 0; i < length; i++)
                Add(utf8[i]);
        }

        /// <summary>Converts UTF-16. Zeros at the end are padding if it is padded.</summary>
        public CText(char[] utf16, bool padded = true)
        {
            if (utf16 == null)
                return;
            int length = utf16.Length;
            while (padded && length > 0 && utf16[length - 1] == 0)
                length--;
            IsUsed = length == 0 && utf16.Length > 0;
            bytes = new byte[checked(3 * length + 1)];
            wiped = new Wiped(bytes);
            for (int i = 0; i < length; i++)
                if (i + 1 < length && char.IsSurrogatePair(utf16[i], utf16[i + 1]))
                    Encode(char.ConvertToUtf32(utf16[i], utf16[++i]));
                else
                    Encode(utf16[i]);
        }

        public static CText Of(string text)
        {
            char[] utf16 = text?.ToCharArray();
            using (new Wiped(utf16))
                return new CText(utf16, padded: false);
        }

        public IntPtr Pointer { get { return wiped == null ? IntPtr.Zero : wiped.Address; } }

        /// <summary>The number of bytes before the NUL.</summary>
        public UIntPtr Length { get { return new UIntPtr((uint)end); } }

        public void Dispose() { wiped?.Dispose(); }

        // Encoding would replace half of a surrogate pair, or throw an exception that names it. Here it becomes invalid UTF-8, which
        // the library rejects.
        void Encode(int c)
        {
            if (c < 0x80)
            {
                Add(c);
                return;
            }
            if (c >= 0x10000)
            {
                Add(0xf0 | c >> 18);
                Add(0x80 | c >> 12 & 0x3f);
            }
            else if (c >= 0x800)
                Add(0xe0 | c >> 12);
            else
                Add(0xc0 | c >> 6);
            if (c >= 0x800)
                Add(0x80 | c >> 6 & 0x3f);
            Add(0x80 | c & 0x3f);
        }

        void Add(int value)
        {
            // In C, a NUL would end the text, and half a secret would be sent. As two bytes it is invalid UTF-8, and is rejected.
            if (value == 0)
                bytes[end++] = 0xc0;
            bytes[end++] = (byte)(value == 0 ? 0x80 : value);
        }
    }

    /// <summary>Login and secret, or the two secrets of a stored token, moved into the memory of a call. The caller's arrays are zeros
    /// from then on.</summary>
    sealed class Credentials : IDisposable
    {
        public CText Login { get; private set; }
        public CText Secret { get; private set; }
        public bool AreUsed { get { return Login.IsUsed || Secret.IsUsed; } }

        // To the server, zeros would be an empty password, which counts as a failed login.
        public static NativeflowException Used()
        {
            return new NativeflowException(Code.InvalidArgument, "Invalid login or secret (used before; a call overwrites it with zeros)",
                "Fix the calling program: fill the arrays again for each call.");
        }

        Credentials() { }

        public static Credentials Of<T>(Func<T[], CText> copy, T[] login, T[] secret)
        {
            var moved = new Credentials();
            using (new Wiped(login))
            using (new Wiped(secret))
                try
                {
                    moved.Login = copy(login);
                    moved.Secret = copy(secret);
                }
                catch // otherwise the copy of the login would stay in memory
                {
                    moved.Dispose();
                    throw;
                }
            return moved;
        }

        public void Dispose()
        {
            Login?.Dispose();
            Secret?.Dispose();
        }
    }

    /// <summary>Keeps the program's functions as long as C may call them.</summary>
    static class Callbacks
    {
        // C keeps their addresses, so the collector must not free them.
        internal static readonly LogFunction Log = OnLine;
        internal static readonly SecretFunction Secret = OnSecret;
        static readonly ReleaseFunction release = OnRelease;

        /// <summary>The exception of the secret callback in the call that runs on this thread.</summary>
        [ThreadStatic]
        internal static Exception Thrown;

        /// <summary>Returns the <c>user</c> pointer of the function.</summary>
        internal static IntPtr Keep(OptionsHandle options, Delegate function)
        {
            GCHandle kept = GCHandle.Alloc(function);
            bool isC = false;
            try
            {
                NativeflowException.ThrowFor(Native.nf_options_on_release(options, release, GCHandle.ToIntPtr(kept)));
                isC = true;
            }
            finally
            {
                if (!isC) // C does not release it
                    kept.Free();
            }
            return GCHandle.ToIntPtr(kept);
        }

        static void OnLine(IntPtr user, int level, IntPtr line)
        {
            try { ((Action<LogLevel, string>)GCHandle.FromIntPtr(user).Target)((LogLevel)level, Native.Text(line)); }
            catch { } // an exception must not pass through C
        }

        static int OnSecret(IntPtr user, IntPtr login, int lastCode, IntPtr buffer, UIntPtr capacity)
        {
            try
            {
                var bytes = new byte[(int)capacity];
                using (new Wiped(bytes))
                {
                    int length = ((SecretCallback)GCHandle.FromIntPtr(user).Target)(Native.Text(login), (Code)lastCode, bytes);
                    if (length > 0 && length <= bytes.Length) // C rejects a longer one
                        Marshal.Copy(bytes, 0, buffer, length);
                    return length;
                }
            }
            catch (Exception thrown) // must not pass through C
            {
                Thrown = thrown;
                return SecretResult.Unavailable;
            }
        }

        static void OnRelease(IntPtr user) { GCHandle.FromIntPtr(user).Free(); }
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    delegate void LogFunction(IntPtr user, int level, IntPtr line);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    delegate int SecretFunction(IntPtr user, IntPtr login, int lastCode, IntPtr buffer, UIntPtr capacity);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    delegate void ReleaseFunction(IntPtr user);

    abstract class CHandle : SafeHandle
    {
        protected CHandle() : base(IntPtr.Zero, true) { }
        public override bool IsInvalid { get { return handle == IntPtr.Zero; } }
    }

    sealed class OptionsHandle : CHandle
    {
        protected override bool ReleaseHandle() { Native.nf_options_free(handle); return true; }
    }

    sealed class ClientHandle : CHandle
    {
        /// <summary>For CancellationToken.Register. Dispose of its result waits until a running call of this method has returned.</summary>
        internal void Cancel() { Native.nf_client_cancel(this); }
        protected override bool ReleaseHandle() { Native.nf_client_free(handle); return true; }
    }

    sealed class SessionHandle : CHandle
    {
        /// <summary>As <see cref="ClientHandle.Cancel"/>.</summary>
        internal void Cancel() { Native.nf_session_cancel(this); }
        protected override bool ReleaseHandle() { Native.nf_session_free(handle); return true; }
    }

    sealed class TokenHandle : CHandle
    {
        protected override bool ReleaseHandle() { Native.nf_token_free(handle); return true; }
    }

    sealed class ErrorHandle : CHandle
    {
        protected override bool ReleaseHandle() { Native.nf_error_free(handle); return true; }
    }

    /// <summary>nativeflow.h. Texts are pointers, because the marshaller would copy them and not wipe the copy.</summary>
    static class Native
    {
        // Each runtime looks for nativeflow.dll, libnativeflow.so, or a file in the runtimes directory of a package.
        const string Library = "nativeflow";

        // A Linux system without development files has only the library's soname. CoreCLR calls this handler if it has found no
        // other library. Its types are looked up by name, because .NET Standard 2.0 lacks them. Mono reads Nativeflow.dll.config.
        static Native()
        {
            Type context = Type.GetType("System.Runtime.Loader.AssemblyLoadContext, System.Runtime.Loader");
            EventInfo notFound = context?.GetEvent("ResolvingUnmanagedDll");
            MethodInfo load = Type.GetType("System.Runtime.InteropServices.NativeLibrary, System.Runtime.InteropServices")
                ?.GetMethod("TryLoad", new[] { typeof(string), typeof(IntPtr).MakeByRefType() });
            if (notFound == null || load == null)
                return;
            Assembly self = typeof(Native).Assembly;
            Func<Assembly, string, IntPtr> handler = (assembly, name) =>
            {
                var arguments = new object[] { "libnativeflow.so.0", IntPtr.Zero };
                bool loaded = assembly == self && name == Library && (bool)load.Invoke(null, arguments);
                return loaded ? (IntPtr)arguments[1] : IntPtr.Zero;
            };
            notFound.AddEventHandler(context.GetMethod("GetLoadContext").Invoke(null, new object[] { self }), handler);
        }

        internal static string Text(IntPtr text)
        {
            int length = 0;
            while (Marshal.ReadByte(text, length) != 0)
                length++;
            var bytes = new byte[length];
            using (new Wiped(bytes)) // the text may be a token
            {
                Marshal.Copy(text, bytes, 0, length);
                return Encoding.UTF8.GetString(bytes);
            }
        }

        /// <summary>Copies a text that C returns for an object and that is valid until the object is freed. The object is not freed
        /// before the text is copied, even if another thread disposes of it.</summary>
        internal static string Text<T>(T handle, Func<T, IntPtr> read) where T : SafeHandle
        {
            bool held = false;
            try
            {
                handle.DangerousAddRef(ref held);
                return Text(read(handle));
            }
            finally
            {
                if (held)
                    handle.DangerousRelease();
            }
        }

        /// <summary>Converts microseconds; -1 is null.</summary>
        internal static TimeSpan? Time(long us) { return us < 0 ? (TimeSpan?)null : TimeSpan.FromTicks(us * 10); }

        const CallingConvention C = CallingConvention.Cdecl;

        [DllImport(Library, CallingConvention = C)] internal static extern IntPtr nf_version();
        [DllImport(Library, CallingConvention = C)] internal static extern uint nf_version_number();
        [DllImport(Library, CallingConvention = C)] internal static extern IntPtr nf_code_name(int code);

        [DllImport(Library, CallingConvention = C)] internal static extern int nf_error_code(ErrorHandle error);
        [DllImport(Library, CallingConvention = C)] internal static extern IntPtr nf_error_name(ErrorHandle error);
        [DllImport(Library, CallingConvention = C)] internal static extern IntPtr nf_error_message(ErrorHandle error);
        [DllImport(Library, CallingConvention = C)] internal static extern IntPtr nf_error_remedy(ErrorHandle error);
        [DllImport(Library, CallingConvention = C)] internal static extern int nf_error_http_status(ErrorHandle error);
        [DllImport(Library, CallingConvention = C)] internal static extern IntPtr nf_error_server_message(ErrorHandle error);
        [DllImport(Library, CallingConvention = C)] internal static extern int nf_error_server_code(ErrorHandle error);
        [DllImport(Library, CallingConvention = C)] internal static extern IntPtr nf_error_correlation_id(ErrorHandle error);
        [DllImport(Library, CallingConvention = C)] internal static extern long nf_error_retry_after_ms(ErrorHandle error);
        [DllImport(Library, CallingConvention = C)] internal static extern IntPtr nf_error_call_id(ErrorHandle error);
        [DllImport(Library, CallingConvention = C)] internal static extern long nf_error_timing_us(ErrorHandle error, int timing);
        [DllImport(Library, CallingConvention = C)] internal static extern IntPtr nf_error_remote_address(ErrorHandle error);
        [DllImport(Library, CallingConvention = C)] internal static extern void nf_error_free(IntPtr error);

        [DllImport(Library, CallingConvention = C)] internal static extern OptionsHandle nf_options_new();
        [DllImport(Library, CallingConvention = C)] internal static extern void nf_options_free(IntPtr options);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_options_set_base_url(OptionsHandle options, IntPtr url);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_options_use_oauth2(OptionsHandle options);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_options_set_client_secret(OptionsHandle options, IntPtr secret, UIntPtr length);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_options_set_credential_type(OptionsHandle options, int type);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_options_allow_host(OptionsHandle options, IntPtr host);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_options_set_timeout_ms(OptionsHandle options, uint ms);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_options_set_connect_timeout_ms(OptionsHandle options, uint ms);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_options_set_ca_file(OptionsHandle options, IntPtr path);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_options_add_ca_pem(OptionsHandle options, byte[] pem, UIntPtr length);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_options_set_user_agent(OptionsHandle options, IntPtr product);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_options_set_client_certificate(OptionsHandle options, IntPtr chainFile, IntPtr keyFile);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_options_set_proxy(OptionsHandle options, IntPtr url);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_options_set_proxy_bypass(OptionsHandle options, IntPtr hosts);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_options_use_environment_proxy(OptionsHandle options);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_options_set_keep_alive_ms(OptionsHandle options, uint ms);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_options_set_secret_callback(OptionsHandle options, SecretFunction read, IntPtr user);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_options_set_refresh_margin_ms(OptionsHandle options, uint ms);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_options_set_hold_back_ms(OptionsHandle options, uint ms);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_options_set_log(OptionsHandle options, LogFunction log, IntPtr user);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_options_on_release(OptionsHandle options, ReleaseFunction release, IntPtr user);

        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_get_token(IntPtr key, IntPtr login, IntPtr secret, out TokenHandle token);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_client_new(OptionsHandle options, out ClientHandle client);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_client_share(ClientHandle client, uint ms, out ClientHandle share);
        [DllImport(Library, CallingConvention = C)] internal static extern void nf_client_free(IntPtr client);
        [DllImport(Library, CallingConvention = C)] internal static extern void nf_client_cancel(ClientHandle client);
        [DllImport(Library, CallingConvention = C)]
        internal static extern ErrorHandle nf_client_get_token(ClientHandle client, IntPtr key, IntPtr login, IntPtr secret, out TokenHandle token);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_client_refresh_token(ClientHandle client, IntPtr key, TokenHandle token, out TokenHandle refreshed);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_client_revoke_token(ClientHandle client, TokenHandle token, TokenHandle admin);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_client_get_application_token(ClientHandle client, IntPtr key, out TokenHandle token);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_client_clear_hold(ClientHandle client, IntPtr key, IntPtr login);

        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_session_new(ClientHandle client, IntPtr key, IntPtr login, out SessionHandle session);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_session_get_token(SessionHandle session, out TokenHandle token);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_session_log_in(SessionHandle session, IntPtr secret, out TokenHandle token);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_session_set_token(SessionHandle session, TokenHandle token);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_session_reject_token(SessionHandle session, TokenHandle token);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_session_clear_hold(SessionHandle session);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_session_log_out(SessionHandle session);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_session_status(SessionHandle session, [In, Out] byte[] buffer, UIntPtr capacity, out UIntPtr length);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_session_share(SessionHandle session, uint ms, out SessionHandle share);
        [DllImport(Library, CallingConvention = C)] internal static extern void nf_session_cancel(SessionHandle session);
        [DllImport(Library, CallingConvention = C)] internal static extern void nf_session_free(IntPtr session);

        [DllImport(Library, CallingConvention = C)]
        internal static extern ErrorHandle nf_token_new(IntPtr scheme, IntPtr value, IntPtr refreshToken, IntPtr instanceUrl, long expiresAt, long refreshExpiresAt, out TokenHandle token);
        [DllImport(Library, CallingConvention = C)] internal static extern IntPtr nf_token_value(TokenHandle token);
        [DllImport(Library, CallingConvention = C)] internal static extern UIntPtr nf_token_copy_value(TokenHandle token, [In, Out] byte[] buffer, UIntPtr capacity);
        [DllImport(Library, CallingConvention = C)] internal static extern IntPtr nf_token_scheme(TokenHandle token);
        [DllImport(Library, CallingConvention = C)] internal static extern IntPtr nf_token_authorization(TokenHandle token);
        [DllImport(Library, CallingConvention = C)] internal static extern IntPtr nf_token_refresh_token(TokenHandle token);
        [DllImport(Library, CallingConvention = C)] internal static extern IntPtr nf_token_instance_url(TokenHandle token);
        [DllImport(Library, CallingConvention = C)] internal static extern long nf_token_expires_at(TokenHandle token);
        [DllImport(Library, CallingConvention = C)] internal static extern long nf_token_refresh_expires_at(TokenHandle token);
        [DllImport(Library, CallingConvention = C)] internal static extern IntPtr nf_token_expiration_date(TokenHandle token);
        [DllImport(Library, CallingConvention = C)] internal static extern long nf_token_timing_us(TokenHandle token, int timing);
        [DllImport(Library, CallingConvention = C)] internal static extern IntPtr nf_token_remote_address(TokenHandle token);
        [DllImport(Library, CallingConvention = C)] internal static extern void nf_token_free(IntPtr token);
    }
}

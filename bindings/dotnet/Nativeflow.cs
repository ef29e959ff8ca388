/*
 * nativeflow for .NET: nativeflow.h with objects that free themselves, one exception, and secrets that end zeroed. One
 * file, C# 7.2, for .NET Standard 2.0: CoreCLR, .NET Framework and Mono. Needs the C library.
 *
 *     using (var concur = new Client())
 *     using (Token token = concur.GetToken(key, login, secret))
 *         Use(token.Authorization, token.InstanceUrl);
 *
 * What a function does, when it blocks and how it fails stands in nativeflow.h, at the C function of the same name.
 * Threads: as there.
 *
 * SECRETS. A string cannot be wiped, so login and secret are arrays, UTF-8 in byte[] or UTF-16 in char[], and end zeroed
 * whatever happens. The garbage collector moves arrays and leaves the old copy behind: pin yours (GCHandle.Alloc, or
 * GC.AllocateArray with pinned: true) before the secret gets into it. GetToken.cs shows it.
 */
using System;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;

namespace Nativeflow
{
    /// <summary>What a call ended with. Later versions add codes: treat one that is not here by its group.</summary>
    public enum Code
    {
        /// <summary>Success.</summary>
        Ok = 0,
        /// <summary>An argument is missing or cannot be sent. Mend the calling program.</summary>
        InvalidArgument = 1,
        /// <summary>A text is not UTF-8, lacks half of a pair of UTF-16, or holds a NUL.</summary>
        InvalidUtf8 = 2,
        /// <summary>An option has a value that cannot be used.</summary>
        InvalidOption = 3,
        /// <summary>Login, secret or consumer key refused; the server does not say which. Do not retry.</summary>
        Denied = 20,
        /// <summary>The account is locked. Not told by the Native Flow.</summary>
        AccountLocked = 21,
        /// <summary>The account is disabled. Not told by the Native Flow.</summary>
        AccountDisabled = 22,
        /// <summary>The password must be changed. Not told by the Native Flow.</summary>
        PasswordExpired = 23,
        /// <summary>A policy forbids it. Not told by the Native Flow.</summary>
        NotAllowed = 24,
        /// <summary>The application is unknown or disabled. Not told by the Native Flow.</summary>
        BadClient = 25,
        /// <summary>The refresh token is bad or has expired. Not used by this version.</summary>
        RefreshExpired = 26,
        /// <summary>Refused before, and therefore not sent again. Not used by this version.</summary>
        HeldBack = 27,
        /// <summary>The user lives on another host. Not told by the Native Flow.</summary>
        WrongHost = 28,
        /// <summary>The server is overloaded: see <see cref="NativeflowException.RetryAfter"/>.</summary>
        Busy = 40,
        /// <summary>The server is under maintenance.</summary>
        Maintenance = 41,
        /// <summary>The server failed.</summary>
        ServerError = 42,
        /// <summary>The host name cannot be resolved.</summary>
        Dns = 60,
        /// <summary>No connection to the server.</summary>
        Connect = 61,
        /// <summary>The TLS handshake failed.</summary>
        Tls = 62,
        /// <summary>The server's certificate is not trusted. Nothing was sent.</summary>
        TlsUntrusted = 63,
        /// <summary>The proxy cannot be reached, fails, or refuses the connection.</summary>
        Proxy = 64,
        /// <summary>The proxy wants a user and a password, or refuses those that it got.</summary>
        ProxyDenied = 65,
        /// <summary>The time limit ran out.</summary>
        Timeout = 66,
        /// <summary>The program cancelled the call.</summary>
        Cancelled = 67,
        /// <summary>The connection ended before the answer was complete.</summary>
        Disconnected = 68,
        /// <summary>The endpoint is not there (any more).</summary>
        EndpointGone = 80,
        /// <summary>The server redirects, which is never followed.</summary>
        Redirected = 81,
        /// <summary>A web page or a proxy's page came in place of an answer.</summary>
        NotConcur = 82,
        /// <summary>The answer cannot be read.</summary>
        Malformed = 83,
        /// <summary>The answer is too long.</summary>
        TooLarge = 84,
        /// <summary>A defect in the library ended the call; the process is unharmed.</summary>
        Panic = 100,
        /// <summary>Something happened that the library does not know.</summary>
        Internal = 101,
    }

    /// <summary>How much a line of the log matters.</summary>
    public enum LogLevel
    {
        /// <summary>The call has failed.</summary>
        Error = 1,
        /// <summary>Something is not as it should be, and the call goes on.</summary>
        Warning = 2,
        /// <summary>A step was done.</summary>
        Info = 3,
    }

    /// <summary>Why a call failed, and what to do about it. Holds no secret.</summary>
    public sealed class NativeflowException : Exception
    {
        internal NativeflowException(Code code, string cause, string remedy) : this(code, Library.CodeName(code), cause, remedy) { }

        NativeflowException(Code code, string name, string cause, string remedy) : base(name + ": " + cause + ". " + remedy)
        {
            Code = code;
            Name = name;
            Cause = cause;
            Remedy = remedy;
            ServerMessage = CorrelationId = "";
        }

        NativeflowException(ErrorHandle error)
            : this((Code)Native.nf_error_code(error), Native.Text(error, Native.nf_error_name),
                Native.Text(error, Native.nf_error_message), Native.Text(error, Native.nf_error_remedy))
        {
            int status = Native.nf_error_http_status(error), serverCode = Native.nf_error_server_code(error);
            long wait = Native.nf_error_retry_after_ms(error);
            HttpStatus = status == 0 ? (int?)null : status;
            ServerCode = serverCode == -1 ? (int?)null : serverCode;
            RetryAfter = wait == -1 ? (TimeSpan?)null : TimeSpan.FromMilliseconds(wait);
            ServerMessage = Native.Text(error, Native.nf_error_server_message);
            CorrelationId = Native.Text(error, Native.nf_error_correlation_id);
        }

        /// <summary>1 to 19 the call is wrong, 20 to 39 the credentials are refused (do not retry), 40 to 59 the server (later), 60
        /// to 79 the way there, 80 to 99 the answer, from 100 inside the library.</summary>
        public Code Code { get; }
        /// <summary>The name of the code in C, such as "NF_DENIED".</summary>
        public string Name { get; }
        /// <summary>What happened: one line. (<see cref="Exception.Message"/> is name, cause and remedy, for a log.)</summary>
        public string Cause { get; }
        /// <summary>What an administrator does next: one line.</summary>
        public string Remedy { get; }
        /// <summary>The HTTP status of the answer; null when there was none.</summary>
        public int? HttpStatus { get; }
        /// <summary>The server's own words; empty when there were none. Untrusted: whoever answered wrote them.</summary>
        public string ServerMessage { get; }
        /// <summary>The modern service's error number; null when there was none.</summary>
        public int? ServerCode { get; }
        /// <summary>What Concur's support asks for; empty when there was none.</summary>
        public string CorrelationId { get; }
        /// <summary>How long to wait before the next try; null: a program does not try again by itself, whatever the code.</summary>
        public TimeSpan? RetryAfter { get; }

        /// <summary>What a C function returned, which is freed; null for NULL, which is success.</summary>
        internal static NativeflowException Of(ErrorHandle error)
        {
            using (error)
                return error.IsInvalid ? null : new NativeflowException(error);
        }

        internal static void ThrowFor(ErrorHandle error)
        {
            NativeflowException failure = Of(error);
            if (failure != null)
                throw failure;
        }
    }

    /// <summary>The version of the C library that runs.</summary>
    public static class Library
    {
        /// <summary>Such as "0.1.0".</summary>
        public static string Version { get { return Native.Text(Native.nf_version()); } }
        /// <summary>0xMMmmpp, to compare.</summary>
        public static uint VersionNumber { get { return Native.nf_version_number(); } }
        /// <summary>The name of a code in C, such as "NF_DENIED"; "NF_UNKNOWN" for one that the library does not know.</summary>
        public static string CodeName(Code code) { return Native.Text(Native.nf_code_name((int)code)); }
    }

    /// <summary>What a client is made from. Each setter throws a <see cref="NativeflowException"/> on a value that is wrong, and leaves
    /// the old one. One thread at a time.</summary>
    public sealed class Options : IDisposable
    {
        internal readonly OptionsHandle Handle = Native.nf_options_new();

        /// <summary>Where Concur is, such as "https://eu1.concursolutions.com".</summary>
        public Options SetBaseUrl(string url) { return Set(Native.nf_options_set_base_url, url); }

        /// <summary>The limit of a whole call, from 1 ms to 49 days; 60 seconds is the default.</summary>
        public Options SetTimeout(TimeSpan limit) { return Set(Native.nf_options_set_timeout_ms, limit); }

        /// <summary>The limit of each attempt to connect, from 1 ms to 49 days; 10 seconds is the default.</summary>
        public Options SetConnectTimeout(TimeSpan limit) { return Set(Native.nf_options_set_connect_timeout_ms, limit); }

        /// <summary>How long a connection is kept for the next call. Zero, the default: each call has its own.</summary>
        public Options SetKeepAlive(TimeSpan longest) { return Set(Native.nf_options_set_keep_alive_ms, longest); }

        /// <summary>Trusts the roots in this PEM file, which is read now, in place of the operating system's.</summary>
        public Options SetCaFile(string path) { return Set(Native.nf_options_set_ca_file, path); }

        /// <summary>Trusts these roots in place of the operating system's, beside those of a CA file.</summary>
        public Options AddCaPem(byte[] pem)
        {
            var length = new UIntPtr((uint)(pem == null ? 0 : pem.Length));
            NativeflowException.ThrowFor(Native.nf_options_add_ca_pem(Handle, pem, length));
            return this;
        }

        /// <summary>Names the calling product in the User-Agent header, such as "my-erp/4.2".</summary>
        public Options SetUserAgent(string product) { return Set(Native.nf_options_set_user_agent, product); }

        /// <summary>Shows a client certificate to a server that asks for one: two PEM files, which are read now.</summary>
        public Options SetClientCertificate(string chainFile, string keyFile)
        {
            using (CText chain = CText.Of(chainFile), key = CText.Of(keyFile))
                NativeflowException.ThrowFor(Native.nf_options_set_client_certificate(Handle, chain.Pointer, key.Pointer));
            return this;
        }

        /// <summary>Goes by way of a proxy, such as "http://user:password@proxy.example:3128"; "" is none, the default.</summary>
        public Options SetProxy(string url) { return Set(Native.nf_options_set_proxy, url); }

        /// <summary>Hosts that are reached without the proxy, in the syntax of NO_PROXY.</summary>
        public Options SetProxyBypass(string hosts) { return Set(Native.nf_options_set_proxy_bypass, hosts); }

        /// <summary>Takes the proxy and the hosts without proxy from the environment, now.</summary>
        public Options UseEnvironmentProxy()
        {
            NativeflowException.ThrowFor(Native.nf_options_use_environment_proxy(Handle));
            return this;
        }

        /// <summary>Tells each step of every call, a line without secret and without line break; null: nobody. Called on the thread
        /// of the call, which waits; on several threads at once when calls are. What it throws is dropped. The log is kept until these
        /// options and all clients and calls that may write to it are gone.</summary>
        public Options SetLog(Action<LogLevel, string> log)
        {
            IntPtr user = log == null ? IntPtr.Zero : LogTarget.Keep(Handle, log);
            NativeflowException.ThrowFor(Native.nf_options_set_log(Handle, log == null ? null : LogTarget.Write, user));
            return this;
        }

        /// <summary>Clients that were made from these options stay as they are.</summary>
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
                throw new NativeflowException(Code.InvalidOption, "A time is negative, or longer than 49 days", "Give 0 to 4294967295 milliseconds.");
            NativeflowException.ThrowFor(setter(Handle, (uint)ms));
            return this;
        }
    }

    /// <summary>Gets tokens from one service. Any number of threads may call GetToken and Cancel at once.</summary>
    public sealed class Client : IDisposable
    {
        internal readonly ClientHandle Handle;
        internal readonly CancellationTokenSource Closing = new CancellationTokenSource();

        /// <summary>With the default options: Concur's production host in the United States.</summary>
        public Client() : this(null) { }

        /// <summary>The options are copied; they may be changed or disposed of afterwards.</summary>
        public Client(Options options)
        {
            // An invalid handle is NULL in C, which stands for the default values.
            using (OptionsHandle none = options == null ? new OptionsHandle() : null)
                NativeflowException.ThrowFor(Native.nf_client_new(none ?? options.Handle, out Handle));
            GC.KeepAlive(options);
        }

        /// <summary>Gets an access token. Blocks for at most the client's timeout.</summary>
        /// <param name="key">The consumer key.</param>
        /// <param name="login">UTF-8, perhaps padded with zeros. Zeroed, as secret is, before this returns or throws; zeros alone are
        /// refused, for they are what a call has left.</param>
        /// <param name="secret">The same; null or empty for a user without password.</param>
        /// <param name="cancellation">Ends this call within 10 ms, and no other. If it is cancelled before, nothing is sent.</param>
        /// <exception cref="NativeflowException">No token came: see its code.</exception>
        /// <exception cref="OperationCanceledException">The call was cancelled, in whatever way.</exception>
        public Token GetToken(string key, byte[] login, byte[] secret, CancellationToken cancellation = default(CancellationToken))
        {
            return GetToken(key, Credentials.Of(text => new CText(text), login, secret), cancellation);
        }

        /// <summary>The same with UTF-16.</summary>
        public Token GetToken(string key, char[] login, char[] secret, CancellationToken cancellation = default(CancellationToken))
        {
            return GetToken(key, Credentials.Of(text => new CText(text), login, secret), cancellation);
        }

        /// <summary>One client with the default options, one call (nf_get_token): for programs that need one token.</summary>
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
                throw Used();
            NativeflowException.ThrowFor(error);
            return new Token(token);
        }

        /// <summary>Ends every call that is running on this client, within 10 ms. Calls that begin later are not touched.</summary>
        public void Cancel() { Native.nf_client_cancel(Handle); }

        /// <summary>Cancels the calls on other threads, also one that is on its way to C. None may begin any more. Tokens stay as they
        /// are.</summary>
        public void Dispose()
        {
            Closing.Cancel(); // each call runs on a handle of its own, which freeing this one does not end
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
                using (ClientHandle share = Share())
                using (cancellation.Register(share.Cancel))
                using (Closing.Token.Register(share.Cancel))
                {
                    isUsed = moved.AreUsed;
                    if (!isUsed)
                        error = Native.nf_client_get_token(share, cKey.Pointer, moved.Login.Pointer, moved.Secret.Pointer, out token);
                }
            }
            catch (ObjectDisposedException)
            {
                throw; // as below: caught here, it lets the wiping come first
            }
            // Thrown only now: when nobody catches an exception, the process ends before what it passes has been wiped.
            if (isUsed)
                throw Used();
            NativeflowException failure = NativeflowException.Of(error);
            if (failure == null)
                return new Token(token);
            if (failure.Code == Code.Cancelled)
                throw new OperationCanceledException(failure.Message, failure, cancellation);
            throw failure;
        }

        /// <summary>A handle for one call, with a cancellation of its own. It stays cancelled, so that a cancellation which comes before the
        /// call is not lost.</summary>
        internal ClientHandle Share()
        {
            ClientHandle share;
            NativeflowException.ThrowFor(Native.nf_client_share(Handle, 0, out share));
            return share;
        }

        // The server would take them for an empty password, and count.
        static NativeflowException Used()
        {
            return new NativeflowException(Code.InvalidArgument, "A login or a secret holds only zeros, as after a call that used it",
                "Correct the calling program: fill the arrays anew for each call.");
        }
    }

    /// <summary>An access token. Dispose of it: that wipes it. Its strings are copies, which cannot be wiped; the bytes of
    /// <see cref="CopyValue"/> can.</summary>
    public sealed class Token : IDisposable
    {
        readonly TokenHandle handle;

        internal Token(TokenHandle handle) { this.handle = handle; }

        /// <summary>The token itself: visible ASCII, never empty.</summary>
        public string Value { get { return Text(Native.nf_token_value); } }
        /// <summary>The word that stands before it in a request, "OAuth".</summary>
        public string Scheme { get { return Text(Native.nf_token_scheme); } }
        /// <summary>The value of an Authorization header.</summary>
        public string Authorization { get { return Text(Native.nf_token_authorization); } }
        /// <summary>Empty when the server sent none. Keep it: it is needed to renew the token.</summary>
        public string RefreshToken { get { return Text(Native.nf_token_refresh_token); } }
        /// <summary>The base URL that the token is to be used at; empty when the server named none that it may be sent to.</summary>
        public string InstanceUrl { get { return Text(Native.nf_token_instance_url); } }
        /// <summary>The server's own text of the expiry, for a person to read.</summary>
        public string ExpirationDate { get { return Text(Native.nf_token_expiration_date); } }
        /// <summary>The expiry, in UTC; null when the server's date is missing or cannot be read beyond doubt.</summary>
        public DateTimeOffset? ExpiresAt
        {
            get
            {
                long seconds = Native.nf_token_expires_at(handle);
                return seconds == -1 ? (DateTimeOffset?)null : DateTimeOffset.FromUnixTimeSeconds(seconds);
            }
        }

        /// <summary>Copies the token as ASCII and returns its length; copies nothing when the buffer (null: none) is shorter. Pin the
        /// buffer before, and wipe it.</summary>
        public int CopyValue(byte[] buffer)
        {
            var capacity = new UIntPtr((uint)(buffer == null ? 0 : buffer.Length));
            return (int)Native.nf_token_copy_value(handle, buffer, capacity);
        }

        /// <summary>Wipes and frees the token.</summary>
        public void Dispose() { handle.Dispose(); }

        internal string Text(Func<TokenHandle, IntPtr> read) { return Native.Text(handle, read); }
    }

    /// <summary>An array that stays where it is until it is wiped.</summary>
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

    /// <summary>A text as C takes it, UTF-8 with a NUL, in a buffer of its own that ends wiped. Null is NULL.</summary>
    sealed class CText : IDisposable
    {
        readonly byte[] bytes;
        readonly Wiped wiped;
        int end;

        /// <summary>Whether the array held zeros and nothing else.</summary>
        public bool IsUsed { get; }

        /// <summary>Zeros at the end are padding.</summary>
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

        /// <summary>Zeros at the end are padding, unless it is not padded.</summary>
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

        public void Dispose() { wiped?.Dispose(); }

        // Encoding would put something else for half of a pair, or throw and name it. Here it becomes what is not UTF-8, and the
        // library refuses it.
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
            // C would take a NUL for the end and send half a secret. In two bytes it is not UTF-8, and is refused as well.
            if (value == 0)
                bytes[end++] = 0xc0;
            bytes[end++] = (byte)(value == 0 ? 0x80 : value);
        }
    }

    /// <summary>Login and secret, moved into memory of a call's own: what was given is zeros from then on.</summary>
    sealed class Credentials : IDisposable
    {
        public CText Login { get; private set; }
        public CText Secret { get; private set; }
        public bool AreUsed { get { return Login.IsUsed || Secret.IsUsed; } }

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
                catch // the copy of the login would stay
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

    /// <summary>Keeps the program's log as long as C may call it.</summary>
    static class LogTarget
    {
        // C keeps their addresses, so the collector must not take them.
        internal static readonly LogFunction Write = OnLine;
        static readonly ReleaseFunction release = OnRelease;

        /// <summary>Gives what stands for the log in C.</summary>
        internal static IntPtr Keep(OptionsHandle options, Action<LogLevel, string> log)
        {
            GCHandle kept = GCHandle.Alloc(log);
            bool isC = false;
            try
            {
                NativeflowException.ThrowFor(Native.nf_options_on_release(options, release, GCHandle.ToIntPtr(kept)));
                isC = true;
            }
            finally
            {
                if (!isC) // C has not taken it over
                    kept.Free();
            }
            return GCHandle.ToIntPtr(kept);
        }

        static void OnLine(IntPtr user, int level, IntPtr line)
        {
            try { ((Action<LogLevel, string>)GCHandle.FromIntPtr(user).Target)((LogLevel)level, Native.Text(line)); }
            catch { } // an exception must not pass through C
        }

        static void OnRelease(IntPtr user) { GCHandle.FromIntPtr(user).Free(); }
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    delegate void LogFunction(IntPtr user, int level, IntPtr line);

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
        /// <summary>For CancellationToken.Register, whose result waits in Dispose for a call of this that runs.</summary>
        internal void Cancel() { Native.nf_client_cancel(this); }
        protected override bool ReleaseHandle() { Native.nf_client_free(handle); return true; }
    }

    sealed class TokenHandle : CHandle
    {
        protected override bool ReleaseHandle() { Native.nf_token_free(handle); return true; }
    }

    sealed class ErrorHandle : CHandle
    {
        protected override bool ReleaseHandle() { Native.nf_error_free(handle); return true; }
    }

    /// <summary>nativeflow.h. Texts are pointers, for the marshaller would copy them without wiping the copy.</summary>
    static class Native
    {
        // nativeflow.dll, libnativeflow.so, or a file of a package's runtimes folder, as each runtime looks for it.
        const string Library = "nativeflow";

        // A Linux system without development files has the library under its soname alone. CoreCLR asks this handler when it has
        // found no other; its types are named by text because .NET Standard 2.0 lacks them. Mono reads Nativeflow.dll.config.
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

        /// <summary>A text that C gives of an object, and that lives as long as it: the object is held until the text has been copied,
        /// for another thread may dispose of it.</summary>
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
        [DllImport(Library, CallingConvention = C)] internal static extern void nf_error_free(IntPtr error);

        [DllImport(Library, CallingConvention = C)] internal static extern OptionsHandle nf_options_new();
        [DllImport(Library, CallingConvention = C)] internal static extern void nf_options_free(IntPtr options);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_options_set_base_url(OptionsHandle options, IntPtr url);
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
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_options_set_log(OptionsHandle options, LogFunction log, IntPtr user);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_options_on_release(OptionsHandle options, ReleaseFunction release, IntPtr user);

        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_get_token(IntPtr key, IntPtr login, IntPtr secret, out TokenHandle token);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_client_new(OptionsHandle options, out ClientHandle client);
        [DllImport(Library, CallingConvention = C)] internal static extern ErrorHandle nf_client_share(ClientHandle client, uint ms, out ClientHandle share);
        [DllImport(Library, CallingConvention = C)] internal static extern void nf_client_free(IntPtr client);
        [DllImport(Library, CallingConvention = C)] internal static extern void nf_client_cancel(ClientHandle client);
        [DllImport(Library, CallingConvention = C)]
        internal static extern ErrorHandle nf_client_get_token(ClientHandle client, IntPtr key, IntPtr login, IntPtr secret, out TokenHandle token);

        [DllImport(Library, CallingConvention = C)] internal static extern IntPtr nf_token_value(TokenHandle token);
        [DllImport(Library, CallingConvention = C)] internal static extern UIntPtr nf_token_copy_value(TokenHandle token, [In, Out] byte[] buffer, UIntPtr capacity);
        [DllImport(Library, CallingConvention = C)] internal static extern IntPtr nf_token_scheme(TokenHandle token);
        [DllImport(Library, CallingConvention = C)] internal static extern IntPtr nf_token_authorization(TokenHandle token);
        [DllImport(Library, CallingConvention = C)] internal static extern IntPtr nf_token_refresh_token(TokenHandle token);
        [DllImport(Library, CallingConvention = C)] internal static extern IntPtr nf_token_instance_url(TokenHandle token);
        [DllImport(Library, CallingConvention = C)] internal static extern long nf_token_expires_at(TokenHandle token);
        [DllImport(Library, CallingConvention = C)] internal static extern IntPtr nf_token_expiration_date(TokenHandle token);
        [DllImport(Library, CallingConvention = C)] internal static extern void nf_token_free(IntPtr token);
    }
}

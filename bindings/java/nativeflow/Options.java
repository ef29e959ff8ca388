package nativeflow;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * The settings that a client is created from. Only one thread at a time may use them. Each setter fails if the value is
 * invalid; the old value stays.
 */
public final class Options implements AutoCloseable {
    private long options = Bridge.C.nf_options_new();

    /** Sets the base URL of Concur, such as "https://eu1.concursolutions.com". */
    public Options baseUrl(String url) throws NativeflowException {
        return set(Bridge.C::nf_options_set_base_url, url);
    }

    /** Selects the OAuth 2.0 service instead of the Native Flow. It needs a client secret. */
    public Options oauth2() throws NativeflowException {
        Nativeflow.check(Bridge.C.nf_options_use_oauth2(get()));
        return this;
    }

    /** Sets the application's client secret, which is wiped. */
    public Options clientSecret(Secret secret) throws NativeflowException {
        try (Secret own = Secret.take(secret)) {
            Nativeflow.check(Bridge.C.nf_options_set_client_secret(get(), Secret.memory(own), Secret.length(own)));
        }
        return this;
    }

    /** Sets what login and secret of a call are; {@link CredentialType#PASSWORD} by default. */
    public Options credentialType(CredentialType type) throws NativeflowException {
        Nativeflow.check(Bridge.C.nf_options_set_credential_type(get(), type.number));
        return this;
    }

    /** Trusts one more host, such as "eu2.api.concursolutions.com" or "gateway.example:8443". */
    public Options allowHost(String host) throws NativeflowException {
        return set(Bridge.C::nf_options_allow_host, host);
    }

    /** Sets the name of the calling product in the User-Agent header, such as "my-erp/4.2". */
    public Options userAgent(String product) throws NativeflowException {
        return set(Bridge.C::nf_options_set_user_agent, product);
    }

    /** Sets the file of trusted root certificates (PEM or DER). They replace the operating system's root certificates. */
    public Options caFile(String path) throws NativeflowException {
        return set(Bridge.C::nf_options_set_ca_file, path);
    }

    /**
     * Adds trusted root certificates. They replace the operating system's root certificates, and are used in addition to those
     * of a CA file and of earlier calls.
     */
    public Options addCaPem(String pem) throws NativeflowException {
        byte[] bytes = pem.getBytes(StandardCharsets.UTF_8);
        ByteBuffer memory = ByteBuffer.allocateDirect(bytes.length);
        memory.duplicate().put(bytes);
        Nativeflow.check(Bridge.C.nf_options_add_ca_pem(get(), memory, bytes.length));
        return this;
    }

    /** Sets the client certificate, which is presented to a server that requests one. Both files are PEM or DER. */
    public Options clientCertificate(String chainFile, String keyFile) throws NativeflowException {
        try (Secret chain = new Secret(chainFile); Secret key = new Secret(keyFile)) {
            Nativeflow.check(Bridge.C.nf_options_set_client_certificate(get(), chain.memory(), key.memory()));
        }
        return this;
    }

    /** Sets the proxy for connections to Concur, such as "http://proxy.example:3128". */
    public Options proxy(String url) throws NativeflowException {
        return set(Bridge.C::nf_options_set_proxy, url);
    }

    /** Sets the proxy with a URL that contains a password. The URL is wiped. */
    public Options proxy(Secret url) throws NativeflowException {
        try (Secret own = Secret.take(url)) {
            Nativeflow.check(Bridge.C.nf_options_set_proxy(get(), Secret.memory(own)));
        }
        return this;
    }

    /** Sets the hosts that are reached without the proxy, in the syntax of NO_PROXY. */
    public Options proxyBypass(String hosts) throws NativeflowException {
        return set(Bridge.C::nf_options_set_proxy_bypass, hosts);
    }

    /** Reads the proxy and the hosts without proxy from environment variables. */
    public Options environmentProxy() throws NativeflowException {
        Nativeflow.check(Bridge.C.nf_options_use_environment_proxy(get()));
        return this;
    }

    /** Sets the timeout of a whole call, DNS lookup included. */
    public Options timeout(Duration limit) throws NativeflowException {
        return set(Bridge.C::nf_options_set_timeout_ms, limit);
    }

    /** Sets the timeout of each attempt to connect to one address. */
    public Options connectTimeout(Duration limit) throws NativeflowException {
        return set(Bridge.C::nf_options_set_connect_timeout_ms, limit);
    }

    /** Sets how long a connection may stay idle between two calls. */
    public Options keepAlive(Duration longest) throws NativeflowException {
        return set(Bridge.C::nf_options_set_keep_alive_ms, longest);
    }

    /** Sets how long before its expiry a session renews a token; never more than half of the token's lifetime. */
    public Options refreshMargin(Duration margin) throws NativeflowException {
        return set(Bridge.C::nf_options_set_refresh_margin_ms, margin);
    }

    /**
     * Sets how long a refused secret is not sent again; 20 hours by default. Zero: calls of {@link Client} are not held back, and
     * sessions use the default.
     */
    public Options holdBack(Duration time) throws NativeflowException {
        return set(Bridge.C::nf_options_set_hold_back_ms, time);
    }

    /**
     * Sets the log, which receives one line for each step of every call. null (the default) disables logging. The log is kept
     * until these options and their clients are freed and all their calls have returned.
     */
    public Options log(Log to) throws NativeflowException {
        long function = to == null ? 0 : Bridge.LOG;
        long user = to == null ? 0 : Callbacks.hold(get(), to);
        Nativeflow.check(Bridge.C.nf_options_set_log(get(), function, user));
        return this;
    }

    /**
     * Sets the function that returns the secret of a user when a session needs a login. null (the default): sessions get secrets
     * only from {@link Session#logIn}. It is kept until these options, their clients and their sessions are freed and all their
     * calls have returned.
     */
    public Options secretCallback(SecretCallback callback) throws NativeflowException {
        long function = callback == null ? 0 : Bridge.SECRET;
        long user = callback == null ? 0 : Callbacks.hold(get(), callback);
        Nativeflow.check(Bridge.C.nf_options_set_secret_callback(get(), function, user));
        return this;
    }

    /** Frees the options. Clients that were created from them do not change. */
    @Override
    public void close() {
        Bridge.C.nf_options_free(options);
        options = 0;
    }

    long get() {
        if (options == 0) {
            throw new IllegalStateException("the options are closed");
        }
        return options;
    }

    private interface TextSetter {
        long set(long options, ByteBuffer text);
    }

    private interface TimeSetter {
        long set(long options, int ms);
    }

    private Options set(TextSetter setter, String text) throws NativeflowException {
        try (Secret copy = new Secret(text)) {
            Nativeflow.check(setter.set(get(), copy.memory()));
        }
        return this;
    }

    private Options set(TimeSetter setter, Duration time) throws NativeflowException {
        if (time.isNegative() || time.getSeconds() > 0xFFFF_FFFFL / 1000 || time.toMillis() > 0xFFFF_FFFFL) {
            throw new NativeflowException(Code.INVALID_OPTION, "Invalid time (negative, or longer than 49 days)",
                    "Set 0 to 4294967295 milliseconds.");
        }
        Nativeflow.check(setter.set(get(), (int) time.toMillis()));
        return this;
    }
}

package nativeflow;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** What a client is made from. One thread at a time. Each setter fails on a value that is wrong, and leaves the old one. */
public final class Options implements AutoCloseable {
    private long options = Bridge.C.nf_options_new();

    /** Sets where Concur is, such as "https://eu1.concursolutions.com". */
    public Options baseUrl(String url) throws NativeflowException {
        return set(Bridge.C::nf_options_set_base_url, url);
    }

    /** Names the calling product in the User-Agent header, such as "my-erp/4.2". */
    public Options userAgent(String product) throws NativeflowException {
        return set(Bridge.C::nf_options_set_user_agent, product);
    }

    /** Trusts the root certificates in this PEM file in place of the operating system's. */
    public Options caFile(String path) throws NativeflowException {
        return set(Bridge.C::nf_options_set_ca_file, path);
    }

    /** Trusts these root certificates in place of the operating system's, beside those that were added before. */
    public Options addCaPem(String pem) throws NativeflowException {
        byte[] bytes = pem.getBytes(StandardCharsets.UTF_8);
        ByteBuffer memory = ByteBuffer.allocateDirect(bytes.length);
        memory.duplicate().put(bytes);
        Nativeflow.check(Bridge.C.nf_options_add_ca_pem(get(), memory, bytes.length));
        return this;
    }

    /** Shows a client certificate to a server that asks for one: two PEM files. */
    public Options clientCertificate(String chainFile, String keyFile) throws NativeflowException {
        try (Secret chain = new Secret(chainFile); Secret key = new Secret(keyFile)) {
            Nativeflow.check(Bridge.C.nf_options_set_client_certificate(get(), chain.memory(), key.memory()));
        }
        return this;
    }

    /** Goes to Concur by way of a proxy, such as "http://proxy.example:3128". */
    public Options proxy(String url) throws NativeflowException {
        return set(Bridge.C::nf_options_set_proxy, url);
    }

    /** The same for a URL with a password, which is wiped. */
    public Options proxy(Secret url) throws NativeflowException {
        try (Secret own = Secret.take(url)) {
            Nativeflow.check(Bridge.C.nf_options_set_proxy(get(), Secret.memory(own)));
        }
        return this;
    }

    /** Names hosts that are reached without the proxy, in the syntax of NO_PROXY. */
    public Options proxyBypass(String hosts) throws NativeflowException {
        return set(Bridge.C::nf_options_set_proxy_bypass, hosts);
    }

    /** Takes the proxy and the hosts without proxy from the environment. */
    public Options environmentProxy() throws NativeflowException {
        Nativeflow.check(Bridge.C.nf_options_use_environment_proxy(get()));
        return this;
    }

    /** Sets the limit of a whole call, DNS included. */
    public Options timeout(Duration limit) throws NativeflowException {
        return set(Bridge.C::nf_options_set_timeout_ms, limit);
    }

    /** Sets the limit of each attempt to connect to an address. */
    public Options connectTimeout(Duration limit) throws NativeflowException {
        return set(Bridge.C::nf_options_set_connect_timeout_ms, limit);
    }

    /** Keeps a connection open after a call, for a next one on the same client. */
    public Options keepAlive(Duration longest) throws NativeflowException {
        return set(Bridge.C::nf_options_set_keep_alive_ms, longest);
    }

    /**
     * Tells of each step of every call, one line each; null: tells nobody. The log is kept until these options, and all
     * clients and calls that may write to it, are gone.
     */
    public Options log(Log to) throws NativeflowException {
        long function = to == null ? 0 : Bridge.LOG;
        long user = to == null ? 0 : Logs.hold(get(), to);
        Nativeflow.check(Bridge.C.nf_options_set_log(get(), function, user));
        return this;
    }

    /** Frees them. Clients made from them stay as they are. */
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
            throw new NativeflowException(Code.INVALID_OPTION, "A time is negative, or longer than 49 days",
                    "Give 0 to 4294967295 milliseconds.");
        }
        Nativeflow.check(setter.set(get(), (int) time.toMillis()));
        return this;
    }
}

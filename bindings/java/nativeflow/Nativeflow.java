package nativeflow;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * nativeflow for Java: an access token for SAP Concur from a user's login, leaving no trace of the login behind.
 *
 * <pre>{@code
 * try (Client concur = new Client();
 *         Secret login = new Secret("john@example.com");
 *         Secret secret = new Secret(System.console().readPassword());
 *         Token token = concur.getToken(key, login, secret)) {
 *     use(token.authorization(), token.instanceUrl());
 * }
 * }</pre>
 *
 * <p>What a function does, when it blocks and how it fails stands in nativeflow.h, at the C function of the same name.
 * The classes of this package are the same for JNA and for java.lang.foreign; {@code Bridge} is the difference.
 */
public final class Nativeflow {
    private Nativeflow() {}

    /** Returns the version of the library that runs, such as "0.1.0". */
    public static String version() {
        return Bridge.C.nf_version();
    }

    /** Returns the same as one number, 0xMMmmpp. */
    public static int versionNumber() {
        return Bridge.C.nf_version_number();
    }

    /** Returns the name of a code, such as "NF_DENIED" for 20; "NF_UNKNOWN" for one that this version does not know. */
    public static String codeName(int code) {
        return Bridge.C.nf_code_name(code);
    }

    /**
     * Gets a token from Concur's production host with the default options, as {@link Client#getToken} does. An interrupt does
     * not end it.
     *
     * @return a token, which the caller closes
     */
    public static Token getToken(String key, Secret login, Secret secret) throws NativeflowException {
        return token(Bridge.C::nf_get_token, key, login, secret);
    }

    /** A function of C that gets a token. */
    interface Call {
        long run(ByteBuffer key, ByteBuffer login, ByteBuffer secret, ByteBuffer out) throws NativeflowException;
    }

    /** Gets a token. Both secrets are zeros as soon as the call has taken them, whatever happens afterwards. */
    static Token token(Call call, String key, Secret login, Secret secret) throws NativeflowException {
        try (Secret ownLogin = Secret.take(login); Secret ownSecret = Secret.take(secret); Secret ownKey = new Secret(key)) {
            ByteBuffer out = out();
            check(call.run(ownKey.memory(), Secret.memory(ownLogin), Secret.memory(ownSecret), out));
            return new Token(out.getLong(0));
        } finally {
            // Also the one that was not taken because the other one was refused.
            Secret.wipe(login);
            Secret.wipe(secret);
        }
    }

    /** Takes over what a C function returned. */
    static void check(long error) throws NativeflowException {
        if (error != 0) {
            throw new NativeflowException(error);
        }
    }

    /** Room for an object that C makes. */
    static ByteBuffer out() {
        return ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.nativeOrder());
    }
}

package nativeflow;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * nativeflow for Java: gets an SAP Concur access token from a user's login and password, and wipes both from memory.
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
 * <p>nativeflow.h describes what each function does, when it blocks and how it fails, at the C function of the same name.
 * The classes of this package are the same for JNA and for java.lang.foreign, except {@code Bridge}.
 */
public final class Nativeflow {
    private Nativeflow() {}

    /** Returns the version of the loaded library, such as "0.1.0". */
    public static String version() {
        return Bridge.C.nf_version();
    }

    /** Returns the version of the loaded library as one number, 0xMMmmpp. */
    public static int versionNumber() {
        return Bridge.C.nf_version_number();
    }

    /** Returns the name of a code, such as "NF_DENIED" for 20, or "NF_UNKNOWN" if this version does not know it. */
    public static String codeName(int code) {
        return Bridge.C.nf_code_name(code);
    }

    /**
     * Gets an access token from Concur's production host with the default options; see {@link Client#getToken}. An interrupt
     * does not cancel it.
     *
     * @return a token, which the caller closes
     */
    public static Token getToken(String key, Secret login, Secret secret) throws NativeflowException {
        return token(Bridge.C::nf_get_token, key, login, secret);
    }

    /** A C function that gets a token. */
    interface Call {
        long run(ByteBuffer key, ByteBuffer login, ByteBuffer secret, ByteBuffer out) throws NativeflowException;
    }

    /** Gets a token. Both secrets are zeros when the call starts, on success and failure. */
    static Token token(Call call, String key, Secret login, Secret secret) throws NativeflowException {
        try (Secret ownLogin = Secret.take(login); Secret ownSecret = Secret.take(secret); Secret ownKey = new Secret(key)) {
            return token(out -> call.run(ownKey.memory(), Secret.memory(ownLogin), Secret.memory(ownSecret), out));
        } finally {
            // Wipes the secret too if it was not taken because the login was rejected.
            Secret.wipe(login);
            Secret.wipe(secret);
        }
    }

    /** A C function that gets a token without a login. */
    interface TokenCall {
        long run(ByteBuffer out) throws NativeflowException;
    }

    /** Gets a token without a login. */
    static Token token(TokenCall call) throws NativeflowException {
        ByteBuffer out = out();
        check(call.run(out));
        return new Token(out.getLong(0));
    }

    /** Throws the error that a C function returned. Does nothing for NULL. */
    static void check(long error) throws NativeflowException {
        if (error != 0) {
            throw new NativeflowException(error);
        }
    }

    /** Allocates an output parameter: room for the pointer to an object. */
    static ByteBuffer out() {
        return ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.nativeOrder());
    }
}

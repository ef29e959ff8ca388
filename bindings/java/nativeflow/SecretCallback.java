package nativeflow;

/** Returns the secret of a user when a session needs a login. */
@FunctionalInterface
public interface SecretCallback {
    /**
     * Returns a secret, which is wiped, or null if there is none. Runs on the thread of a call, which waits for it, and never
     * twice at the same time for the same user. If it fails, the call fails with {@link Code#SECRET_NEEDED}, a retry makes sense
     * after 30 seconds, and the failure is the cause of the exception. It may use other clients and sessions; a call for the
     * same user fails with {@link Code#INVALID_ARGUMENT}.
     *
     * @param login the login of the session
     * @param lastCode {@link Code#OK}, or the code with which the server refused the last secret of this user: then read the
     *     secret again from where it is stored, not from a cache
     */
    Secret secret(String login, int lastCode) throws Exception;
}

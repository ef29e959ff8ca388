package nativeflow;

/** The kind of login and secret that a call has. */
public enum CredentialType {
    /** A user's login ID and password. */
    PASSWORD(0),

    /** The UUID of a company and its request token. */
    AUTHTOKEN(1);

    final int number;

    CredentialType(int number) {
        this.number = number;
    }
}

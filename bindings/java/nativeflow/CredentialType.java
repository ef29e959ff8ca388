package nativeflow;

/** What login and secret of a call are. */
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

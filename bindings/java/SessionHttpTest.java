import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import nativeflow.Client;
import nativeflow.Options;
import nativeflow.Secret;
import nativeflow.Session;
import nativeflow.SessionHttp;
import nativeflow.Token;

/**
 * Tests of SessionHttp with the API of the mock server, which accepts only GET: another method gets 403 or 405.
 *
 * <pre>java ... SessionHttpTest BASE_URL CA_FILE</pre>
 */
public final class SessionHttpTest {
    private SessionHttpTest() {}

    public static void main(String[] args) throws Exception {
        String key = "kX3demoConsumerKey0123";
        HttpClient https = HttpClient.newBuilder().sslContext(trusting(args[1])).build();
        try (Options options = new Options()) {
            options.baseUrl(args[0]).caFile(args[1]).secretCallback((login, lastCode) -> new Secret("Travel&Expense$2012"));
            try (Client client = new Client(options); Session session = new Session(client, key, "john_developer@hotmail.com")) {
                SessionHttp api = new SessionHttp(session, https);
                HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(args[0] + "/api/v3.0/expense/reports"));
                String first = value(session);
                same(200, api.send(request, BodyHandlers.ofString()).statusCode());
                same(first, value(session));

                revoke(client, session);
                yes(api.send(request, BodyHandlers.ofString()).body().contains("Items"));
                String second = value(session);
                yes(!first.equals(second));

                revoke(client, session);
                request.method("GET", BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[] {'1'})));
                same(403, api.send(request, BodyHandlers.ofString()).statusCode());
            }
        }
        System.out.println("1 passed, 0 failed");
    }

    private static String value(Session session) throws Exception {
        try (Token token = session.getToken()) {
            return token.value();
        }
    }

    /** The session does not notice it. */
    private static void revoke(Client client, Session session) throws Exception {
        try (Token token = session.getToken()) {
            client.revokeToken(token);
        }
    }

    private static SSLContext trusting(String caFile) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        byte[] pem = Files.readAllBytes(Paths.get(caFile));
        store.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem)));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private static void same(Object expected, Object found) {
        if (!Objects.equals(expected, found)) {
            throw new AssertionError("expected " + expected + ", found " + found);
        }
    }

    private static void yes(boolean condition) {
        same(true, condition);
    }
}

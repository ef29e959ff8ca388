package nativeflow;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;

/**
 * Calls Concur's API with the tokens of a session. It needs java.net.http: Java 11 and later.
 *
 * <pre>{@code
 * SessionHttp api = new SessionHttp(session, HttpClient.newHttpClient());
 * api.send(HttpRequest.newBuilder(uri), BodyHandlers.ofString());
 * }</pre>
 */
public final class SessionHttp {
    private final Session session;
    private final HttpClient client;

    /** Creates a helper that sends requests with a client. It closes neither. */
    public SessionHttp(Session session, HttpClient client) {
        this.session = session;
        this.client = client;
    }

    /**
     * Sends a request with the session's token. If the API refuses the token, sends the request once again with a new one. It
     * does not if the length of the body is unknown: it may be a stream, which can be read only once.
     */
    public <T> HttpResponse<T> send(HttpRequest.Builder request, HttpResponse.BodyHandler<T> body)
            throws NativeflowException, IOException, InterruptedException {
        for (boolean isRepeated = false;; isRepeated = true) {
            try (Token token = session.getToken()) {
                HttpRequest authorized = request.setHeader("Authorization", token.authorization()).build();
                boolean isLast = isRepeated || authorized.bodyPublisher().filter(publisher -> publisher.contentLength() < 0).isPresent();
                HttpResponse<T> response = client.send(authorized, answer -> isLast || !isRefused(answer.statusCode(), token)
                        ? body.apply(answer) : BodySubscribers.replacing(null));
                if (isRepeated || !isRefused(response.statusCode(), token)) {
                    return response;
                }
                session.rejectToken(token);
                if (isLast) {
                    return response;
                }
            }
        }
    }

    /** The legacy service has no status of its own for a token that is not valid. */
    private static boolean isRefused(int status, Token token) {
        return status == 401 || status == 403 && token.scheme().equals("OAuth");
    }
}

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import nativeflow.Client;
import nativeflow.Code;
import nativeflow.NativeflowException;
import nativeflow.Options;
import nativeflow.Secret;
import nativeflow.SecretCallback;
import nativeflow.Session;
import nativeflow.Token;

/**
 * Tests of sessions with the mock server.
 *
 * <pre>java ... SessionTest BASE_URL SILENT_URL CA_FILE</pre>
 */
public final class SessionTest {
    private static final String KEY = "kX3demoConsumerKey0123";
    private static final String LOGIN = "john_developer@hotmail.com";
    private static final SecretCallback RIGHT = (login, lastCode) -> right();

    private final String baseUrl;
    private final String silentUrl;
    private final String caFile;

    private SessionTest(String baseUrl, String silentUrl, String caFile) {
        this.baseUrl = baseUrl;
        this.silentUrl = silentUrl;
        this.caFile = caFile;
    }

    public static void main(String[] args) throws Exception {
        SessionTest test = new SessionTest(args[0], args[1], args[2]);
        test.sessionAsksForItsSecretOnce();
        test.sessionTakesASecret();
        test.callbackMayHaveNoSecret();
        test.callbackMayThrowAnything();
        test.callbackLearnsOfARefusal();
        test.callbackMayUseOtherSessions();
        test.rejectedTokenIsReplaced();
        test.sessionLogsOut();
        test.callsAreCancelled();
        test.callbackIsReleasedAfterTheLastSession();
        System.out.println("10 passed, 0 failed");
    }

    private void sessionAsksForItsSecretOnce() throws Exception {
        List<Object> asked = new ArrayList<>();
        AtomicReference<Secret> given = new AtomicReference<>();
        try (Session session = session(baseUrl, LOGIN, (login, lastCode) -> {
            asked.add(login + lastCode);
            given.set(right());
            return given.get();
        })) {
            yes(session.status().contains("\"state\":\"none\""));
            try (Token first = session.getToken(); Token second = session.getToken()) {
                same(first.value(), second.value());
                yes(!first.refreshToken().isEmpty());
            }
            same(1, asked.size());
            same(LOGIN + Code.OK, asked.get(0));
            yes(isZero(given.get()));
            yes(session.status().contains("\"state\":\"fresh\"") && !session.status().contains(LOGIN));
        }
    }

    private void sessionTakesASecret() throws Exception {
        Session session = session(baseUrl, LOGIN, null);
        NativeflowException needed = failed(session::getToken);
        same(Code.SECRET_NEEDED, needed.code());
        yes(!needed.retryAfter().isPresent() && needed.getCause() == null);
        yes(needed.remedy().contains("Options.secretCallback") && needed.remedy().contains("Session.logIn"));
        yes(!needed.remedy().contains("nf_"));
        Secret used = right();
        Secret unsent = new Secret("wrong");
        try (Token first = session.logIn(used); Token second = session.logIn(unsent)) {
            same(first.value(), second.value());
        }
        yes(isZero(used) && isZero(unsent));
        same(Code.INVALID_ARGUMENT, failed(() -> session.logIn(used)).code());
        session.close();
        session.close();
        Secret late = right();
        closed(() -> session.logIn(late));
        yes(isZero(late));
        closed(session::getToken);
        closed(session::status);
        try (Client client = client(baseUrl, null)) {
            same(Code.INVALID_ARGUMENT, failed(() -> new Session(client, KEY, "a:b")).code());
            same(Code.INVALID_ARGUMENT, failed(() -> new Session(client, "", LOGIN)).code());
        }
    }

    private void callbackMayHaveNoSecret() throws Exception {
        try (Session session = session(baseUrl, LOGIN, (login, lastCode) -> null)) {
            NativeflowException none = failed(session::getToken);
            same(Code.SECRET_NEEDED, none.code());
            yes(!none.retryAfter().isPresent() && none.getCause() == null);
        }
        try (Session session = session(baseUrl, LOGIN, (login, lastCode) -> new Secret(text(1 << 16)))) {
            same(Code.INVALID_ARGUMENT, failed(session::getToken).code());
        }
    }

    private static String text(int length) {
        StringBuilder text = new StringBuilder();
        while (text.length() < length) {
            text.append("long");
        }
        return text.toString();
    }

    private void callbackMayThrowAnything() throws Exception {
        for (Throwable thrown : new Throwable[] {new Exception("the vault does not answer"), new StackOverflowError(), new InterruptedException()}) {
            AtomicReference<Throwable> next = new AtomicReference<>(thrown);
            try (Session session = session(baseUrl, LOGIN, (login, lastCode) -> {
                Throwable now = next.getAndSet(null);
                if (now instanceof Error) {
                    throw (Error) now;
                } else if (now != null) {
                    throw (Exception) now;
                }
                return right();
            })) {
                NativeflowException failed = failed(session::getToken);
                boolean isInterrupted = Thread.interrupted();
                same(thrown instanceof InterruptedException, isInterrupted);
                if (!isInterrupted) {
                    same(Code.SECRET_NEEDED, failed.code());
                    same(Duration.ofSeconds(30), failed.retryAfter().get());
                }
                same(thrown, failed.getCause());
                session.clearHold(); // ends the pause
                session.getToken().close();
            }
        }
    }

    private void callbackLearnsOfARefusal() throws Exception {
        List<Integer> codes = new ArrayList<>();
        AtomicReference<String> answer = new AtomicReference<>("a wrong one");
        try (Session session = session(baseUrl, LOGIN, (login, lastCode) -> {
            codes.add(lastCode);
            return answer.get() == null ? right() : new Secret(answer.get());
        })) {
            same(Code.DENIED, failed(session::getToken).code());
            same(Code.HELD_BACK, failed(session::getToken).code());
            yes(session.status().contains("\"state\":\"held\""));
            session.clearHold();
            same(Code.DENIED, failed(session::getToken).code());
            session.clearHold();
            answer.set(null);
            session.getToken().close();
            same(Code.OK, codes.get(0));
            same(Code.DENIED, codes.get(1));
        }
        try (Client client = client(baseUrl, null)) {
            Callable<?> wrong = () -> client.getToken(KEY, new Secret("held@example.com"), new Secret("wrong"));
            same(Code.DENIED, failed(wrong).code());
            same(Code.HELD_BACK, failed(wrong).code());
            client.clearHold(KEY, "held@example.com");
            same(Code.DENIED, failed(wrong).code());
        }
    }

    private void callbackMayUseOtherSessions() throws Exception {
        AtomicReference<Session> own = new AtomicReference<>();
        List<Integer> codes = new ArrayList<>();
        SecretCallback throwing = (login, lastCode) -> {
            throw new IllegalStateException("of the other session");
        };
        try (Session other = session(baseUrl, "other@example.com", throwing);
                Session session = session(baseUrl, LOGIN, (login, lastCode) -> {
                    codes.add(failed(() -> own.get().getToken()).code());
                    codes.add(failed(other::getToken).code());
                    return null;
                })) {
            own.set(session);
            NativeflowException failed = failed(session::getToken);
            same(Code.SECRET_NEEDED, failed.code());
            same(null, failed.getCause());
            same(Code.INVALID_ARGUMENT, codes.get(0));
            same(Code.SECRET_NEEDED, codes.get(1));
        }
    }

    private void rejectedTokenIsReplaced() throws Exception {
        try (Session session = session(baseUrl, LOGIN, RIGHT); Session restored = session(baseUrl, LOGIN, null); Token first = session.getToken()) {
            session.rejectToken(first);
            try (Token second = session.getToken()) {
                yes(!first.value().equals(second.value()));
                session.rejectToken(first); // not the current one
                same(second.value(), session.getToken().value());
                restored.setToken(second);
                same(second.value(), restored.getToken().value());
            }
            Token foreign = Token.of("Bearer", new Secret("v"), null, null, null, null);
            same(Code.INVALID_ARGUMENT, failed(() -> {
                restored.setToken(foreign);
                return null;
            }).code());
            foreign.close();
            closed(() -> {
                restored.rejectToken(foreign);
                return null;
            });
        }
    }

    private void sessionLogsOut() throws Exception {
        try (Session session = session(baseUrl, LOGIN, RIGHT)) {
            session.logOut();
            session.getToken().close();
            session.logOut();
            yes(session.status().contains("\"state\":\"none\""));
        }
    }

    private void callsAreCancelled() throws Exception {
        for (int way = 0; way < 3; way++) {
            int chosen = way;
            Thread self = Thread.currentThread();
            CountDownLatch inCallback = new CountDownLatch(1);
            Session session = session(silentUrl, "silent@example.com", (login, lastCode) -> {
                inCallback.countDown();
                return right();
            });
            try {
                Thread ending = new Thread(() -> {
                    try {
                        inCallback.await();
                        Thread.sleep(100); // the request is under way; before it, the result is the same
                    } catch (InterruptedException never) {
                        throw new IllegalStateException(never);
                    }
                    if (chosen == 0) {
                        session.cancel();
                    } else if (chosen == 1) {
                        session.close();
                    } else {
                        self.interrupt();
                    }
                });
                ending.start();
                same(Code.CANCELLED, failed(session::getToken).code());
                same(chosen == 2, Thread.interrupted());
                ending.join();
            } finally {
                session.close();
            }
        }
    }

    private void callbackIsReleasedAfterTheLastSession() throws Exception {
        Field held = Class.forName("nativeflow.Callbacks").getDeclaredField("HELD");
        held.setAccessible(true);
        Map<?, ?> callbacks = (Map<?, ?>) held.get(null);
        same(0, callbacks.size());
        Session session = session(baseUrl, LOGIN, RIGHT);
        same(1, callbacks.size());
        System.gc();
        session.getToken().close();
        session.close();
        same(0, callbacks.size());
    }

    /** Creates a session whose client is closed before it. */
    private Session session(String url, String login, SecretCallback callback) throws NativeflowException {
        try (Client client = client(url, callback)) {
            client.clearHold(KEY, login); // other tests have sent wrong secrets, or got no response
            return new Session(client, KEY, login);
        }
    }

    private Client client(String url, SecretCallback callback) throws NativeflowException {
        try (Options options = new Options()) {
            return new Client(options.baseUrl(url).caFile(caFile).secretCallback(callback));
        }
    }

    private static Secret right() throws NativeflowException {
        return new Secret("Travel&Expense$2012".toCharArray());
    }

    private static boolean isZero(Secret secret) throws ReflectiveOperationException {
        Method length = Secret.class.getDeclaredMethod("length", Secret.class);
        length.setAccessible(true);
        return length.invoke(null, secret).equals(0);
    }

    private static NativeflowException failed(Callable<?> call) {
        return fails(NativeflowException.class, call);
    }

    private static void closed(Callable<?> call) {
        fails(IllegalStateException.class, call);
    }

    private static <T extends Throwable> T fails(Class<T> with, Callable<?> call) {
        try {
            call.call();
        } catch (Exception failed) {
            return with.cast(failed);
        }
        throw new AssertionError("it did not fail with " + with.getName());
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

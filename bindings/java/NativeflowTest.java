import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.Channel;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import nativeflow.Client;
import nativeflow.Code;
import nativeflow.CredentialType;
import nativeflow.Log;
import nativeflow.Nativeflow;
import nativeflow.NativeflowException;
import nativeflow.Options;
import nativeflow.Secret;
import nativeflow.Timing;
import nativeflow.Token;

/**
 * Tests of the binding with the mock server. They need no test framework, so they run wherever the example runs.
 *
 * <pre>java ... NativeflowTest BASE_URL SILENT_URL CA_FILE</pre>
 */
public final class NativeflowTest {
    private static final String KEY = "kX3demoConsumerKey0123";

    private final String baseUrl;
    private final String silentUrl;
    private final String caFile;

    private NativeflowTest(String baseUrl, String silentUrl, String caFile) {
        this.baseUrl = baseUrl;
        this.silentUrl = silentUrl;
        this.caFile = caFile;
    }

    public static void main(String[] args) throws Exception {
        NativeflowTest test = new NativeflowTest(args[0], args[1], args[2]);
        test.tokenHasAllProperties();
        test.rejectionHasCodeMessageAndRemedy();
        test.remediesNameMethodsOfOptions();
        test.cancelAndCloseEndRunningCalls();
        test.closedClientRejectsCalls();
        test.concurrentClosesFreeOnce();
        test.closeEndsEveryCall();
        test.interruptEndsOnlyItsOwnCall();
        test.interruptEndsCallWhoseLogUsesChannels();
        test.lateCancellationDoesNothing();
        test.secretIsUsedOnce();
        test.callHasItsOwnSecrets();
        test.closedSecretIsNotSent();
        test.callsRunConcurrently();
        test.logReceivesEachStep();
        test.logMayThrowAnything();
        test.logIsReleasedAfterTheLastCall();
        test.unclosedTokenIsFreed();
        test.validOptionsAreAcceptedAndInvalidOnesRejected();
        test.oauth2TokenIsRefreshedAndRevoked();
        test.nativeFlowTokenIsRefreshedAndRevoked();
        test.applicationAndCompanyGetTokens();
        test.errorHasServerCode();
        test.oauth2OptionsAreChecked();
        test.invalidTokensAreRejected();
        test.tokenMayBeClosedDuringItsCall();
        closedTokenIsNotFreedDuringItsCalls();
        test.interruptEndsEachKindOfCall();
        lineIsReadToItsEndOnly();
        versionsAndNamesMatchTheLibrary();
        System.out.println("30 passed, 0 failed");
    }

    private void tokenHasAllProperties() throws Exception {
        try (Client client = client(baseUrl); Secret login = login(); Secret secret = secret()) {
            Token token = client.getToken(KEY, login, secret);
            same("", text(login));
            same("", text(secret));
            same(token.value(), StandardCharsets.US_ASCII.decode(token.copyValue()).toString());
            same(token.authorization(), token.scheme() + " " + token.value());
            yes(!token.instanceUrl().isEmpty() && !token.expirationDate().isEmpty() && token.refreshToken() != null);
            yes(token.expiresAt().get().isAfter(Instant.now()));
            yes(token.remoteAddress().startsWith("127.0.0.1:") && token.timing(Timing.TLS).isPresent());
            yes(token.timing(Timing.TOTAL).get().compareTo(token.timing(Timing.SERVER).get()) > 0);
            token.close();
            token.close();
            fails(IllegalStateException.class, token::value);
        }
    }

    private void remediesNameMethodsOfOptions() throws Exception {
        Method withOwnNames = Class.forName("nativeflow.Remedy").getDeclaredMethod("withOwnNames", String.class);
        withOwnNames.setAccessible(true);
        List<String> methods = Arrays.stream(Options.class.getMethods()).map(Method::getName).collect(Collectors.toList());
        int setters = 0;
        for (Method function : Class.forName("nativeflow.Functions").getDeclaredMethods()) {
            if (function.getName().matches("nf_options_(set|add|use|allow)_.*")) {
                String own = (String) withOwnNames.invoke(null, "the setting (" + function.getName() + ") or nf_x");
                yes(own.startsWith("the setting (Options.") && own.endsWith(") or nf_x"));
                yes(methods.contains(own.substring("the setting (Options.".length(), own.indexOf(')'))));
                setters++;
            }
        }
        yes(setters >= 19);
        try (Options options = new Options(); Client client = new Client(options.baseUrl(baseUrl))) {
            NativeflowException failed = fails(NativeflowException.class, () -> client.getToken(KEY, login(), secret()));
            same(Code.TLS_UNTRUSTED, failed.code());
            yes(failed.remedy().contains("Options.caFile") && !failed.remedy().contains("nf_"));
            yes(failed.getMessage().endsWith(failed.remedy()));
        }
    }

    private void rejectionHasCodeMessageAndRemedy() throws Exception {
        try (Client client = client(baseUrl); Secret login = login(); Secret secret = new Secret("a wrong one".toCharArray())) {
            NativeflowException rejected = fails(NativeflowException.class, () -> client.getToken(KEY, login, secret));
            same(Code.DENIED, rejected.code());
            same("NF_DENIED", rejected.name());
            same(403, rejected.httpStatus());
            same(-1, rejected.serverCode());
            yes(!rejected.retryAfter().isPresent());
            yes(!rejected.callId().isEmpty() && rejected.remoteAddress().startsWith("127.0.0.1:"));
            yes(rejected.timing(Timing.TOTAL).get().compareTo(rejected.timing(Timing.SERVER).get()) > 0);
            same(rejected.name() + ": " + rejected.message() + ". " + rejected.remedy(), rejected.getMessage());
            same("", text(secret));
        }
    }

    private void cancelAndCloseEndRunningCalls() throws Exception {
        for (boolean cancels : new boolean[] {true, false}) {
            ExecutorService threads = Executors.newFixedThreadPool(8);
            CountDownLatch connected = new CountDownLatch(8);
            Client client = client(silentUrl, (level, line) -> {
                if (line.contains("] connect")) {
                    connected.countDown();
                }
            });
            try {
                List<Future<Integer>> codes = new CopyOnWriteArrayList<>();
                for (int i = 0; i < 8; i++) {
                    codes.add(threads.submit(() -> codeOfCall(client)));
                }
                connected.await();
                if (cancels) {
                    client.cancel();
                } else {
                    client.close();
                }
                for (Future<Integer> code : codes) {
                    same(Code.CANCELLED, code.get());
                }
            } finally {
                client.close();
                threads.shutdown();
            }
        }
    }

    private void concurrentClosesFreeOnce() throws Exception {
        for (int round = 0; round < 2000; round++) {
            Client client = client(baseUrl);
            AtomicInteger ready = new AtomicInteger();
            Runnable closing = () -> {
                ready.incrementAndGet();
                while (ready.get() < 2) {
                    Thread.yield();
                }
                client.close();
            };
            Thread other = new Thread(closing);
            other.start();
            closing.run();
            other.join();
            fails(IllegalStateException.class, () -> {
                client.cancel();
                return null;
            });
        }
    }

    private void closeEndsEveryCall() throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (Peer peer = new Peer()) {
            for (int round = 0; round < 1000; round++) {
                Client client = client(peer.url);
                long delay = round % 100 * 1000;
                Callable<?> closing = () -> {
                    spin(delay);
                    client.close();
                    return null;
                };
                Future<?> closed = null;
                if (round < 500) { // at about the time when the call starts
                    closed = thread.submit(closing);
                } else { // at about the time when it ends
                    peer.onRequest.set(socket -> {
                        Peer.answer(socket);
                        quietly(closing);
                    });
                }
                try (Secret login = login(); Secret secret = secret()) {
                    client.getToken(KEY, login, secret).close();
                    yes(round >= 500);
                } catch (NativeflowException failed) {
                    same(Code.CANCELLED, failed.code());
                } catch (IllegalStateException closedBefore) {
                    yes(round < 500);
                }
                if (closed != null) {
                    closed.get();
                }
            }
            AtomicReference<Client> closesItself = new AtomicReference<>();
            closesItself.set(client(peer.url, (level, line) -> closesItself.get().close()));
            same(Code.CANCELLED, codeOfCall(closesItself.get()));
        } finally {
            thread.shutdown();
        }
    }

    /** 10,000 calls on one client, while another call on it waits for its response. */
    private void interruptEndsOnlyItsOwnCall() throws Exception {
        int rounds = 2500;
        Thread self = Thread.currentThread();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (Peer peer = new Peer(); Client client = client(peer.url)) {
            Future<String> other = threads.submit(() -> valueOfToken(client));
            Socket asked = peer.first();
            // Before the call enters C: nothing is sent.
            for (int round = 0; round < rounds; round++) {
                self.interrupt();
                endsInterrupted(client);
            }
            same(1, peer.requests());
            // At about the time when the call enters C.
            for (int round = 0; round < rounds; round++) {
                long delay = round % 100 * 1000;
                threads.submit(() -> {
                    spin(delay);
                    self.interrupt();
                });
                endsInterrupted(client);
            }
            // When the peer has received the request, and the call waits for the response.
            for (int round = 0; round < rounds; round++) {
                peer.onRequest.set(socket -> self.interrupt());
                endsInterrupted(client);
            }
            // At about the time when the call ends.
            int tokens = 0;
            for (int round = 0; round < rounds; round++) {
                long delay = round % 100 * 1000;
                peer.onRequest.set(socket -> {
                    Peer.answer(socket);
                    spin(delay);
                    self.interrupt();
                });
                try (Secret login = login(); Secret secret = secret()) {
                    client.getToken(KEY, login, secret).close();
                    tokens++;
                } catch (NativeflowException failed) {
                    same(Code.CANCELLED, failed.code());
                }
                while (!Thread.interrupted()) {
                    Thread.yield();
                }
            }
            yes(tokens > 0 && !other.isDone());
            Peer.answer(asked);
            same("demo", other.get());
        } finally {
            threads.shutdown();
        }
    }

    /** An interrupt closes only the last channel that its thread has used. The log may have used another. */
    private void interruptEndsCallWhoseLogUsesChannels() throws Exception {
        Path file = Files.createTempFile("nativeflow", ".log");
        try (Peer peer = new Peer(); Client other = client(baseUrl)) {
            Log writes = (level, line) -> quietly(() -> Files.write(file, line.getBytes(StandardCharsets.UTF_8)));
            Log calls = (level, line) -> quietly(() -> valueOfToken(other));
            for (Log log : new Log[] {writes, calls}) {
                try (Client client = client(peer.url, log)) {
                    for (int round = 0; round < 10; round++) {
                        Thread self = Thread.currentThread();
                        peer.onRequest.set(socket -> self.interrupt());
                        endsInterrupted(client);
                    }
                }
            }
            try (Client client = client(peer.url, (level, line) -> Thread.currentThread().interrupt())) {
                endsInterrupted(client);
            }
            interruptEndsCallOfVirtualThread(peer);
        } finally {
            Files.delete(file);
        }
    }

    private void interruptEndsCallOfVirtualThread(Peer peer) throws Exception {
        Method start;
        try {
            start = Thread.class.getMethod("startVirtualThread", Runnable.class);
        } catch (NoSuchMethodException beforeJava21) {
            return;
        }
        try (Client client = client(peer.url)) {
            CompletableFuture<Thread> thread = new CompletableFuture<>();
            peer.onRequest.set(socket -> thread.join().interrupt());
            FutureTask<Integer> call = new FutureTask<>(() -> codeOfCall(client));
            thread.complete((Thread) start.invoke(null, call));
            same(Code.CANCELLED, call.get());
        }
    }

    /** Java may close the channel of an interrupted thread after the call has ended. */
    private void lateCancellationDoesNothing() throws Exception {
        try (Client client = client(baseUrl)) {
            Field handle = Client.class.getDeclaredField("handle");
            Field inC = Class.forName("nativeflow.Handle").getDeclaredField("object");
            Field kind = Class.forName("nativeflow.Handle").getDeclaredField("kind");
            Constructor<?> make = Class.forName("nativeflow.Share").getDeclaredConstructor(kind.getType(), long.class);
            for (AccessibleObject hidden : new AccessibleObject[] {handle, inC, kind, make}) {
                hidden.setAccessible(true);
            }
            Object of = handle.get(client);
            try (Channel share = (Channel) make.newInstance(kind.get(of), inC.get(of))) {
                Method free = share.getClass().getDeclaredMethod("free");
                free.setAccessible(true);
                free.invoke(share);
            }
        }
    }

    private static void endsInterrupted(Client client) throws Exception {
        same(Code.CANCELLED, codeOfCall(client));
        yes(Thread.interrupted());
    }

    private static String valueOfToken(Client client) throws Exception {
        try (Secret login = login(); Secret secret = secret(); Token token = client.getToken(KEY, login, secret)) {
            return token.value();
        }
    }

    private static int codeOfCall(Client client) throws Exception {
        try (Secret login = login(); Secret secret = secret()) {
            NativeflowException failed = fails(NativeflowException.class, () -> client.getToken(KEY, login, secret));
            same("", text(secret));
            return failed.code();
        }
    }

    private void closedClientRejectsCalls() throws Exception {
        Client client = client(baseUrl);
        client.close();
        client.close();
        try (Secret login = login(); Secret secret = secret()) {
            fails(IllegalStateException.class, () -> client.getToken(KEY, login, secret));
            same("", text(login));
            same("", text(secret));
        }
        try (Client open = client(baseUrl); Secret login = login(); Secret secret = secret()) {
            fails(NativeflowException.class, () -> open.getToken("a\0b", login, secret));
            same("", text(login));
            same("", text(secret));
        }
    }

    private void secretIsUsedOnce() throws Exception {
        try (Client client = client(baseUrl); Secret login = login(); Secret secret = secret()) {
            client.getToken(KEY, login, secret).close();
            try (Secret fresh = login()) {
                rejectsUsed(() -> client.getToken(KEY, fresh, secret));
                same("", text(fresh));
            }
            try (Secret fresh = secret()) {
                rejectsUsed(() -> client.getToken(KEY, login, fresh));
                same("", text(fresh));
            }
            rejectsUsed(() -> Nativeflow.getToken(KEY, login(), secret));
        }
        try (Client client = client(baseUrl); Secret empty = new Secret("")) {
            yes(fails(NativeflowException.class, () -> client.getToken(KEY, login(), empty)).code() != Code.INVALID_ARGUMENT);
            rejectsUsed(() -> client.getToken(KEY, login(), empty));
        }
        try (Options options = new Options(); Secret url = new Secret("http://user:word@localhost:1")) {
            options.proxy(url);
            rejectsUsed(() -> options.proxy(url));
        }
        secondUseDoesNotChangeTheFirst();
    }

    private void secondUseDoesNotChangeTheFirst() throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (Client client = client(silentUrl); Secret login = login(); Secret secret = secret()) {
            Future<Integer> first = thread.submit(() -> fails(NativeflowException.class, () -> client.getToken(KEY, login, secret)).code());
            Thread.sleep(200);
            try (Client other = client(baseUrl)) {
                rejectsUsed(() -> other.getToken(KEY, login(), secret));
            }
            yes(!first.isDone());
            client.cancel();
            same(Code.CANCELLED, first.get());
        } finally {
            thread.shutdown();
        }
    }

    private void callHasItsOwnSecrets() throws Exception {
        List<String> left = new CopyOnWriteArrayList<>();
        Secret login = login();
        Secret secret = secret();
        Log log = (level, line) -> {
            left.add(textOf(login) + textOf(secret));
            login.close();
            secret.close();
        };
        try (Client client = client(baseUrl, log)) {
            client.getToken(KEY, login, secret).close();
        }
        yes(!left.isEmpty() && left.stream().allMatch(String::isEmpty));
    }

    /** The try block ends when the call was submitted, not when it has returned. */
    private void closedSecretIsNotSent() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (Client client = client(baseUrl)) {
            for (int round = 0; round < 500; round++) {
                Future<Token> token;
                try (Secret login = login(); Secret secret = secret()) {
                    token = threads.submit(() -> client.getToken(KEY, login, secret));
                    for (long until = System.nanoTime() + round * 2000; System.nanoTime() < until;) {
                        Thread.yield();
                    }
                }
                try {
                    token.get().close();
                } catch (ExecutionException failed) {
                    same(Code.INVALID_ARGUMENT, ((NativeflowException) failed.getCause()).code());
                }
            }
        } finally {
            threads.shutdown();
        }
    }

    private void callsRunConcurrently() throws InterruptedException, ExecutionException, NativeflowException {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (Client client = client(baseUrl)) {
            List<Future<String>> values = new CopyOnWriteArrayList<>();
            for (int i = 0; i < 8; i++) {
                values.add(threads.submit(() -> {
                    try (Secret login = login(); Secret secret = secret(); Token token = client.getToken(KEY, login, secret)) {
                        return token.value();
                    }
                }));
            }
            for (Future<String> value : values) {
                yes(!value.get().isEmpty());
            }
        } finally {
            threads.shutdown();
        }
    }

    private void logReceivesEachStep() throws Exception {
        List<String> lines = new CopyOnWriteArrayList<>();
        Log log = (level, line) -> {
            lines.add(level + " " + line);
            throw new IllegalStateException("ignored");
        };
        try (Client client = client(baseUrl, log); Secret login = login(); Secret secret = secret()) {
            client.getToken(KEY, login, secret).close();
        }
        yes(lines.stream().anyMatch(line -> line.startsWith(Log.INFO + " [") && line.contains("] response")));
        yes(lines.stream().noneMatch(line -> line.contains("Travel")));
    }

    /** Code in Kotlin, Scala or Groovy may throw undeclared checked exceptions. */
    private void logMayThrowAnything() throws Exception {
        Log log = (level, line) -> NativeflowTest.<RuntimeException>undeclared(new IOException("ignored"));
        try (Client client = client(baseUrl, log); Secret login = login(); Secret secret = secret()) {
            client.getToken(KEY, login, secret).close();
        }
    }

    /** Closes the client while a cancelled call still writes to the log. */
    private void logIsReleasedAfterTheLastCall() throws Exception {
        int before = held();
        CountDownLatch connected = new CountDownLatch(1);
        CountDownLatch failed = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        Log log = (level, line) -> {
            connected.countDown();
            if (level == Log.ERROR) {
                failed.countDown();
                quietly(() -> closed.await(1, TimeUnit.MINUTES));
            }
        };
        ExecutorService thread = Executors.newSingleThreadExecutor();
        Client client = client(silentUrl, log);
        try {
            Future<Integer> code = thread.submit(() -> codeOfCall(client));
            connected.await();
            client.cancel();
            failed.await();
            client.close();
            same(before + 1, held());
            closed.countDown();
            same(Code.CANCELLED, code.get());
            same(before, held());
        } finally {
            client.close();
            thread.shutdown();
        }
        try (Options options = new Options()) {
            options.log(log).log(log).log(null);
            same(before + 2, held());
        }
        same(before, held());
        Options options = new Options();
        options.close();
        fails(IllegalStateException.class, () -> options.log(log));
        same(before, held());
    }

    /** Returns how many logs C may call. */
    private static int held() throws ReflectiveOperationException {
        Field held = Class.forName("nativeflow.Callbacks").getDeclaredField("HELD");
        held.setAccessible(true);
        return ((Map<?, ?>) held.get(null)).size();
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void undeclared(Throwable thrown) throws T {
        throw (T) thrown;
    }

    private void unclosedTokenIsFreed() throws Exception {
        try (Client client = client(baseUrl)) {
            int before = waitingForTheCollector();
            for (int i = 0; i < 5; i++) {
                client.getToken(KEY, login(), secret());
            }
            for (int rounds = 0; waitingForTheCollector() > before; rounds++) {
                yes(rounds < 1000);
                System.gc();
                Thread.sleep(1);
            }
        }
    }

    /** Returns how many C objects and secrets exist that neither the program has closed nor the collector has freed. */
    private static int waitingForTheCollector() throws ReflectiveOperationException {
        Field waiting = Class.forName("nativeflow.Cleanup").getDeclaredField("WAITING");
        waiting.setAccessible(true);
        return ((java.util.Set<?>) waiting.get(null)).size();
    }

    private void validOptionsAreAcceptedAndInvalidOnesRejected() throws Exception {
        String pem = new String(Files.readAllBytes(Paths.get(caFile)), StandardCharsets.UTF_8);
        Duration second = Duration.ofSeconds(1);
        try (Options options = new Options()) {
            options.baseUrl(baseUrl).userAgent("my-erp/4.2").caFile(caFile).addCaPem(pem).proxy("http://localhost:1")
                    .proxy(new Secret("http://user:word@localhost:1")).proxyBypass("localhost").environmentProxy().timeout(second)
                    .connectTimeout(second).keepAlive(Duration.ZERO).refreshMargin(second).holdBack(second).secretCallback(null).log(null);
            rejects(() -> options.baseUrl("http://nowhere"));
            rejects(() -> options.userAgent(""));
            rejects(() -> options.caFile("none"));
            rejects(() -> options.addCaPem("none"));
            rejects(() -> options.clientCertificate("none", "none"));
            rejects(() -> options.proxy("ftp://x"));
            rejects(() -> options.proxyBypass("1.2.3.4/99"));
            rejects(() -> options.timeout(Duration.ZERO));
            rejects(() -> options.connectTimeout(Duration.ofMillis(-1)));
            rejects(() -> options.keepAlive(Duration.ofMillis(1L << 32)));
            rejects(() -> options.holdBack(Duration.ofMillis(1L << 32)));
            rejects(() -> options.keepAlive(Duration.ofSeconds(Long.MAX_VALUE)));
            options.keepAlive(Duration.ofMillis((1L << 32) - 1));
            new Client(options).close();
        }
        Options closed = new Options();
        closed.close();
        fails(IllegalStateException.class, () -> closed.userAgent("x"));
    }

    private void oauth2TokenIsRefreshedAndRevoked() throws Exception {
        try (Client client = oauth2(""); Secret login = login(); Secret secret = secret(); Token token = client.getToken(KEY, login, secret)) {
            same("Bearer", token.scheme());
            same("Bearer " + token.value(), token.authorization());
            same("", token.expirationDate());
            Instant until = token.refreshExpiresAt().get();
            yes(until.isAfter(token.expiresAt().get()));
            try (Secret part = new Secret(token.refreshToken());
                    Token stored = Token.of("Bearer", null, part, token.instanceUrl(), null, until);
                    Token refreshed = client.refreshToken(KEY, stored)) {
                same("", text(part));
                same("", stored.value() + stored.authorization());
                same(until, stored.refreshExpiresAt().get());
                yes(!stored.expiresAt().isPresent());
                yes(!refreshed.value().isEmpty() && !refreshed.value().equals(token.value()));
                yes(!refreshed.refreshToken().equals(token.refreshToken()));
                same(Code.INVALID_ARGUMENT, codeOf(() -> client.revokeToken(stored)));
                same(Code.INVALID_ARGUMENT, codeOf(() -> client.revokeToken(refreshed, token)));
                client.revokeToken(refreshed);
                NativeflowException failed = fails(NativeflowException.class, () -> client.refreshToken(KEY, refreshed));
                same(Code.REFRESH_EXPIRED, failed.code());
                same(108, failed.serverCode());
            }
        }
    }

    private void nativeFlowTokenIsRefreshedAndRevoked() throws Exception {
        try (Options options = new Options(); Secret clientSecret = clientSecret()) {
            options.baseUrl(baseUrl).caFile(caFile).clientSecret(clientSecret);
            same("", text(clientSecret));
            try (Client client = new Client(options); Token token = client.getToken(KEY, login(), secret());
                    Token refreshed = client.refreshToken(KEY, token)) {
                yes(!token.refreshExpiresAt().isPresent());
                yes(!refreshed.value().equals(token.value()));
                same(token.refreshToken(), refreshed.refreshToken());
                client.revokeToken(token, refreshed);
                client.revokeToken(refreshed);
                same(Code.INVALID_OPTION, codeOf(() -> client.getApplicationToken(KEY).close()));
            }
        }
    }

    private void applicationAndCompanyGetTokens() throws Exception {
        try (Options options = new Options(); Secret clientSecret = clientSecret()) {
            options.baseUrl(baseUrl).caFile(caFile).oauth2().clientSecret(clientSecret).credentialType(CredentialType.AUTHTOKEN);
            try (Client client = new Client(options); Token application = client.getApplicationToken(KEY);
                    Secret company = new Secret("5f0c1d2e-8a4b-4c6d-9e7f-0a1b2c3d4e5f");
                    Secret requestToken = new Secret("at-request+token/of=company");
                    Token token = client.getToken(KEY, company, requestToken)) {
                yes(!application.value().isEmpty() && application.refreshToken().isEmpty());
                yes(!token.refreshToken().isEmpty());
            }
        }
    }

    private void errorHasServerCode() throws Exception {
        try (Client client = oauth2("/scenario/oauth2-code-14"); Secret login = login(); Secret secret = secret()) {
            NativeflowException locked = fails(NativeflowException.class, () -> client.getToken(KEY, login, secret));
            same(Code.ACCOUNT_LOCKED, locked.code());
            same(14, locked.serverCode());
            yes(!locked.retryAfter().isPresent());
        }
    }

    private void oauth2OptionsAreChecked() throws Exception {
        try (Options options = new Options()) {
            rejects(() -> new Client(options.oauth2()));
            rejects(() -> options.clientSecret(new Secret("")));
            rejects(() -> options.clientSecret(new Secret("a\n")));
            rejects(() -> options.allowHost("https://localhost"));
            options.allowHost("localhost:8443");
            Secret used = clientSecret();
            options.clientSecret(used);
            rejectsUsed(() -> options.clientSecret(used));
            new Client(options).close();
        }
        try (Options options = new Options()) {
            rejects(() -> new Client(options.credentialType(CredentialType.AUTHTOKEN)));
        }
    }

    private void invalidTokensAreRejected() throws Exception {
        for (String[] parts : new String[][] {{"Basic", "v", "r", ""}, {"Bearer", "", "", ""}, {"OAuth", "v", "a b", ""},
                {"OAuth", "v", "r", "http://example.com"}}) {
            try (Secret value = new Secret(parts[1]); Secret refreshToken = new Secret(parts[2])) {
                same(Code.INVALID_ARGUMENT, codeOf(() -> Token.of(parts[0], value, refreshToken, parts[3], null, null).close()));
                same("", text(value) + text(refreshToken));
                Secret fresh = new Secret("r");
                rejectsUsed(() -> Token.of("OAuth", value, fresh, null, null, null));
                same("", text(fresh));
            }
        }
        try (Client client = oauth2(""); Token token = Token.of("Bearer", new Secret("v"), null, null, null, null);
                Token other = Token.of("OAuth", new Secret("v"), new Secret("r"), null, Instant.now(), null)) {
            same(Code.INVALID_ARGUMENT, codeOf(() -> client.refreshToken(KEY, token).close()));
            same(Code.INVALID_ARGUMENT, codeOf(() -> client.refreshToken(KEY, other).close()));
            same(Code.INVALID_ARGUMENT, codeOf(() -> client.revokeToken(other)));
            Token closed = Token.of("Bearer", new Secret("v"), new Secret("r"), null, null, null);
            closed.close();
            fails(IllegalStateException.class, () -> client.refreshToken(KEY, closed));
        }
    }

    /** The log of a call closes the token that the call uses. The token is freed after the call. */
    private void tokenMayBeClosedDuringItsCall() throws Exception {
        AtomicReference<Token> used = new AtomicReference<>();
        try (Options options = new Options(); Secret clientSecret = clientSecret()) {
            options.baseUrl(baseUrl).caFile(caFile).oauth2().clientSecret(clientSecret).log((level, line) -> {
                if (used.get() != null) {
                    used.get().close();
                }
            });
            try (Client client = new Client(options)) {
                used.set(client.getToken(KEY, login(), secret()));
                client.refreshToken(KEY, used.get()).close();
                fails(IllegalStateException.class, () -> used.get().value());
            }
        }
    }

    private static void closedTokenIsNotFreedDuringItsCalls() throws Exception {
        Token token = Token.of("Bearer", new Secret("value"), null, null, null, null);
        Method use = Token.class.getDeclaredMethod("use");
        Method value = Class.forName("nativeflow.Functions").getDeclaredMethod("nf_token_value", long.class);
        Field functions = Class.forName("nativeflow.Bridge").getDeclaredField("C");
        Field inC = Class.forName("nativeflow.Token$Use").getDeclaredField("token");
        for (AccessibleObject hidden : new AccessibleObject[] {use, value, functions, inC}) {
            hidden.setAccessible(true);
        }
        AutoCloseable first = (AutoCloseable) use.invoke(token);
        AutoCloseable second = (AutoCloseable) use.invoke(token);
        token.close();
        token.close();
        first.close();
        same("value", value.invoke(functions.get(null), inC.get(first)));
        second.close();
    }

    private void interruptEndsEachKindOfCall() throws Exception {
        try (Client client = oauth2(""); Token token = Token.of("Bearer", new Secret("v"), new Secret("r"), null, null, null)) {
            for (Action call : new Action[] {() -> client.refreshToken(KEY, token).close(), () -> client.revokeToken(token),
                    () -> client.getApplicationToken(KEY).close()}) {
                Thread.currentThread().interrupt();
                same(Code.CANCELLED, codeOf(call));
                yes(Thread.interrupted());
            }
        }
    }

    private interface Action {
        void run() throws Exception;
    }

    private static int codeOf(Action action) {
        return fails(NativeflowException.class, () -> {
            action.run();
            return null;
        }).code();
    }

    /** Creates a client of the OAuth 2.0 service at a path of the mock server. */
    private Client oauth2(String path) throws NativeflowException {
        try (Options options = new Options(); Secret clientSecret = clientSecret()) {
            return new Client(options.baseUrl(baseUrl + path).caFile(caFile).oauth2().clientSecret(clientSecret));
        }
    }

    private static Secret clientSecret() throws NativeflowException {
        return new Secret("c5Gk/demo+Client=Secret");
    }

    private static void lineIsReadToItsEndOnly() throws Exception {
        same("one", line("one\n"));
        same("one", line("one\r\ntwo\n"));
        same("one", line("one"));
        same("", line(""));
        same("", line("\r\n"));
        same("ß✓", line("ß✓\n"));
        same("1234567", line("1234567\n"));
        same("12345678", line("12345678"));
        same("12345678", line("12345678\n"));
        same("1234567", line("1234567\r\n"));
        same("one", line("one\n\0"));
        for (String wrong : new String[] {"12345678\r\n", "a\0b\n", "\0\n", "a\0"}) {
            fails(IOException.class, () -> line(wrong));
        }
        fails(IOException.class, () -> line("123456789"));
        fails(IOException.class, () -> line("123456789\n"));
        same("ß✓😀", text(new Secret("ß✓😀")));
        same(Code.INVALID_ARGUMENT, fails(NativeflowException.class, () -> new Secret("a\0b")).code());
        same(Code.INVALID_UTF8, fails(NativeflowException.class, () -> new Secret("half \ud83d")).code());
        same(Code.INVALID_UTF8, fails(NativeflowException.class, () -> new Secret("j\ufffdrgen")).code());
        char[] taken = {'a', 'b'};
        try (Secret secret = new Secret(taken)) {
            same("ab", text(secret));
            same("\0\0", new String(taken));
        }
    }

    private static void versionsAndNamesMatchTheLibrary() throws Exception {
        String[] parts = Nativeflow.version().split("\\.");
        same(Nativeflow.versionNumber(), Integer.parseInt(parts[0]) << 16 | Integer.parseInt(parts[1]) << 8 | Integer.parseInt(parts[2]));
        for (Field code : Code.class.getFields()) {
            same("NF_" + code.getName(), Nativeflow.codeName(code.getInt(null)));
        }
    }

    private Client client(String url) throws NativeflowException {
        return client(url, null);
    }

    /** The tests repeat rejected and unanswered logins of one user, which would be held back. */
    private Client client(String url, Log log) throws NativeflowException {
        try (Options options = new Options()) {
            return new Client(options.baseUrl(url).caFile(caFile).holdBack(Duration.ZERO).log(log));
        }
    }

    private static Secret login() throws NativeflowException {
        return new Secret("john_developer@hotmail.com");
    }

    private static Secret secret() throws NativeflowException {
        return new Secret("Travel&Expense$2012".toCharArray());
    }

    private static String line(String text) throws Exception {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try (Secret secret = Secret.readLine(Channels.newChannel(new ByteArrayInputStream(bytes)), 8)) {
            return text(secret);
        }
    }

    private static String textOf(Secret secret) {
        try {
            return text(secret);
        } catch (ReflectiveOperationException failed) {
            return failed.toString();
        }
    }

    /** Returns the text that C would read. The binding has no public method for this. */
    private static String text(Secret secret) throws ReflectiveOperationException {
        Method memory = Secret.class.getDeclaredMethod("memory");
        memory.setAccessible(true);
        String all = StandardCharsets.UTF_8.decode(((java.nio.ByteBuffer) memory.invoke(secret)).duplicate()).toString();
        return all.substring(0, all.indexOf('\0'));
    }

    private static void spin(long nanoseconds) {
        for (long until = System.nanoTime() + nanoseconds; System.nanoTime() < until;) {
            Thread.yield();
        }
    }

    private static void quietly(Callable<?> call) {
        try {
            call.call();
        } catch (Exception dropped) {
            // The test does not need it.
        }
    }

    /** Checks that a call rejects a used secret. */
    private static void rejectsUsed(Callable<?> call) {
        NativeflowException rejected = fails(NativeflowException.class, call);
        same(Code.INVALID_ARGUMENT, rejected.code());
        yes(rejected.message().contains("used before"));
    }

    private static void rejects(Callable<?> call) {
        same(Code.INVALID_OPTION, fails(NativeflowException.class, call).code());
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

    /**
     * A server that counts requests, and responds only if a test requires it. It does not use TLS, so that thousands of calls
     * are fast.
     */
    private static final class Peer implements AutoCloseable {
        final String url;

        /** Called once, with the next request. */
        final AtomicReference<Consumer<Socket>> onRequest = new AtomicReference<>();

        private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        private final CompletableFuture<Socket> first = new CompletableFuture<>();
        private final AtomicInteger requests = new AtomicInteger();

        Peer() throws IOException {
            url = "http://127.0.0.1:" + server.getLocalPort();
            new Thread(this::accept).start();
        }

        int requests() {
            return requests.get();
        }

        /** Waits for the first request, and returns its connection, which stays open. */
        Socket first() {
            return first.join();
        }

        static void answer(Socket socket) {
            String body = "<Access_Token><Instance_Url>http://127.0.0.1/</Instance_Url><Token>demo</Token>"
                    + "<Expiration_date>1/1/2099 12:00:00 AM</Expiration_date></Access_Token>";
            String head = "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: " + body.length();
            quietly(() -> {
                socket.getOutputStream().write((head + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII));
                return null;
            });
        }

        private void accept() {
            Socket last = null;
            while (!server.isClosed()) {
                try {
                    Socket socket = server.accept();
                    if (last != null) {
                        last.close();
                    }
                    last = socket;
                    if (socket.getInputStream().read(new byte[4096]) <= 0) {
                        continue;
                    }
                    requests.incrementAndGet();
                    Consumer<Socket> action = onRequest.getAndSet(null);
                    if (first.complete(socket)) {
                        last = null;
                    }
                    if (action != null) {
                        action.accept(socket);
                    }
                } catch (IOException resetOrClosed) {
                    // The call was cancelled, or the test has ended.
                }
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import nativeflow.Client;
import nativeflow.NativeflowException;
import nativeflow.Options;
import nativeflow.Secret;
import nativeflow.Token;

/**
 * Gets an access token and prints it. The secret (password) is the first line of standard input, in UTF-8. Java decodes the
 * arguments with the locale's charset: use a UTF-8 locale.
 *
 * <pre>
 * Java 8 and later, with JNA:
 *     javac --release 8 -cp jna.jar -sourcepath .:jna -d classes GetToken.java
 *     java -cp classes:jna.jar GetToken BASE_URL CONSUMER_KEY LOGIN [CA_FILE]
 * Java 22 and later, without another library:
 *     javac -sourcepath .:ffm -d classes GetToken.java
 *     java --enable-native-access=ALL-UNNAMED -cp classes GetToken BASE_URL CONSUMER_KEY LOGIN [CA_FILE]
 * </pre>
 */
public final class GetToken {
    private static final DateTimeFormatter EXPIRES = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'").withZone(ZoneOffset.UTC);

    private GetToken() {}

    public static void main(String[] args) throws IOException {
        if (args.length < 3 || args.length > 4) {
            System.err.println("usage: GetToken BASE_URL CONSUMER_KEY LOGIN [CA_FILE]");
            System.exit(2);
        }
        try (Client concur = client(args[0], args.length == 4 ? args[3] : null);
                FileInputStream input = new FileInputStream(FileDescriptor.in);
                Secret login = new Secret(args[2]);
                Secret secret = Secret.readLine(input.getChannel(), 512); // System.in would keep a copy of it
                Token token = concur.getToken(args[1], login, secret)) {
            System.out.println("token:    " + token.value());
            System.out.println("expires:  " + token.expiresAt().map(EXPIRES::format).orElse("unknown"));
            System.out.println("instance: " + token.instanceUrl());
        } catch (NativeflowException failed) {
            System.err.println(failed.name() + ": " + failed.message() + ".\n" + failed.remedy());
            System.exit(1);
        }
    }

    private static Client client(String baseUrl, String caFile) throws NativeflowException {
        try (Options options = new Options()) {
            options.baseUrl(baseUrl);
            if (caFile != null) {
                options.caFile(caFile);
            }
            return new Client(options);
        }
    }
}

/*
 * Gets an access token and prints it.
 *
 *     GetToken BASE_URL CONSUMER_KEY LOGIN [CA_FILE]
 *
 * The secret (password) is the first line of standard input: other users of the machine can read a command line.
 * On a terminal, turn the echo off first (stty -echo).
 */
using System;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using Nativeflow;

static class GetToken
{
    static int Main(string[] args)
    {
        if (args.Length < 3 || args.Length > 4)
        {
            Console.Error.WriteLine("usage: GetToken BASE_URL CONSUMER_KEY LOGIN [CA_FILE]");
            return 2;
        }
        // Pinned while it is still empty: the garbage collector moves arrays, and would leave a copy of the secret.
        var secret = new byte[512];
        GCHandle pin = GCHandle.Alloc(secret, GCHandleType.Pinned);
        try
        {
            using (Client client = Connect(args))
            {
                int length = ReadLine(secret);
                if (length == secret.Length)
                {
                    Console.Error.WriteLine("The secret is longer than {0} bytes.", secret.Length - 1);
                    return 1;
                }
                if (Array.IndexOf(secret, (byte)0, 0, length) >= 0)
                {
                    Console.Error.WriteLine("The secret contains a NUL character.");
                    return 1;
                }
                byte[] login = Encoding.UTF8.GetBytes(args[2]);
                // Wipes login and secret. Zeros after the text are padding. An array of zeros only is rejected as used.
                using (Token token = client.GetToken(args[1], login, length == 0 ? null : secret))
                    Print(token);
            }
            return 0;
        }
        catch (NativeflowException failure)
        {
            Console.Error.WriteLine("{0}: {1}.", failure.Name, failure.Cause);
            Console.Error.WriteLine(failure.Remedy);
            return 1;
        }
        finally
        {
            Array.Clear(secret, 0, secret.Length); // in case of a failure before the call
            pin.Free();
        }
    }

    static Client Connect(string[] args)
    {
        using (var options = new Options())
        {
            options.SetBaseUrl(args[0]);
            if (args.Length == 4)
                options.SetCaFile(args[3]);
            return new Client(options);
        }
    }

    // Reads directly from the system into the buffer: Console.ReadLine returns a string, and a reader's buffer would keep a
    // copy. Returns the whole length if the secret does not fit: truncated, it would count as a wrong one.
    static int ReadLine(byte[] line)
    {
        int length = 0;
        using (Stream input = Console.OpenStandardInput())
            while (length < line.Length && input.Read(line, length, 1) == 1 && line[length] != '\n')
                length++;
        if (length == line.Length)
            return length;
        line[length] = 0;
        if (length > 0 && line[length - 1] == '\r')
            line[--length] = 0;
        return length;
    }

    static void Print(Token token)
    {
        const string format = "yyyy-MM-dd HH:mm:ss 'UTC'";
        Console.WriteLine("token:    " + token.Value);
        Console.WriteLine("expires:  " + (token.ExpiresAt?.ToString(format, CultureInfo.InvariantCulture) ?? "unknown"));
        Console.WriteLine("instance: " + token.InstanceUrl);
    }
}

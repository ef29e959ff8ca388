/*
 * Gets an access token and prints it.
 *
 *     get_token BASE_URL CONSUMER_KEY LOGIN [CA_FILE]
 *
 * The secret (password) is the first line of standard input: other users can read a command line.
 */
#include <nativeflow.hpp>

#include <array>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <stdexcept>
#include <string>

/* Does not use std::cin, because its buffer would keep a copy. Rejects a longer line: truncated, it would count as a
   wrong secret. */
static nativeflow::secret read_secret()
{
    struct wiped {
        std::array<char, 512> bytes{};
        ~wiped()
        {
            for (volatile char &byte : bytes)
                byte = 0;
        }
    } line;
    std::size_t length = 0;
    std::setvbuf(stdin, nullptr, _IONBF, 0);
    for (int next; (next = std::getchar()) != EOF && next != '\n';) {
        if (length == line.bytes.size())
            throw std::length_error("The secret is longer than " + std::to_string(length) + " bytes.");
        line.bytes[length++] = static_cast<char>(next);
    }
    if (length > 0 && line.bytes[length - 1] == '\r')
        length--;
    return nativeflow::secret{std::string_view(line.bytes.data(), length)}; /* rejects a NUL */
}

static void print(const nativeflow::token &token)
{
    std::array<char, 32> when{"unknown"};
    if (const auto expires = token.expires_at()) {
        const std::time_t seconds = std::chrono::system_clock::to_time_t(*expires);
        std::strftime(when.data(), when.size(), "%Y-%m-%d %H:%M:%S UTC", std::gmtime(&seconds));
    }
    std::cout << "token:    " << token.value() << "\nexpires:  " << when.data()
              << "\ninstance: " << token.instance_url() << "\n";
}

int main(int argc, char **argv)
{
    if (argc < 4 || argc > 5) {
        std::cerr << "usage: " << argv[0] << " BASE_URL CONSUMER_KEY LOGIN [CA_FILE]\n";
        return 2;
    }
    try {
        nativeflow::options options;
        options.base_url(argv[1]);
        if (argc == 5)
            options.ca_file(argv[4]);
        const nativeflow::client concur{options};
        nativeflow::secret login{argv[3]}, secret = read_secret();
        print(concur.get_token(argv[2], login, secret));
        return 0;
    } catch (const nativeflow::error &error) {
        std::cerr << error.name() << ": " << error.message() << ".\n" << error.remedy() << "\n";
        return 1;
    } catch (const std::length_error &error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
}

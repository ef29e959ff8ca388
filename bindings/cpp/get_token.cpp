/*
 * Gets an access token and prints it.
 *
 *     get_token BASE_URL CONSUMER_KEY LOGIN [CA_FILE]
 *
 * The secret (password) is the first line of standard input: on a command line other users could read it.
 */
#include <nativeflow.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <stdexcept>
#include <string>

/* Not by std::cin, whose buffer would keep a copy. What does not fit is not cut: it would count as a wrong secret. */
static nativeflow::secret read_secret()
{
    std::array<char, 512> line{};
    std::setvbuf(stdin, nullptr, _IONBF, 0);
    if (std::fgets(line.data(), static_cast<int>(line.size()), stdin) == nullptr)
        line[0] = '\0';
    const auto end = std::find_if(line.begin(), line.end(), [](char c) { return c == '\0' || c == '\r' || c == '\n'; });
    const bool fits = end < line.end() - 1;
    nativeflow::secret secret;
    if (fits) /* pieces of a copy that the library never got were found on the stack */
        secret = nativeflow::secret{std::string_view(line.data(), static_cast<std::size_t>(end - line.begin()))};
    for (volatile char &byte : line)
        byte = 0;
    if (!fits)
        throw std::length_error("The secret is longer than " + std::to_string(line.size() - 2) + " bytes.");
    return secret;
}

static void print(const nativeflow::token &token)
{
    std::array<char, 32> when{"unknown"};
    if (const auto expires = token.expires_at()) {
        const std::time_t seconds = std::chrono::system_clock::to_time_t(*expires);
        std::strftime(when.data(), when.size(), "%Y-%m-%d %H:%M:%S UTC", std::gmtime(&seconds));
    }
    std::cout << "token:    " << token.value() << "\nexpires:  " << when.data() << "\ninstance: " << token.instance_url()
              << "\n";
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

/*
 * A client that is destroyed while a call of it runs: the call's log stays until the call has ended. Built with
 * AddressSanitizer. Arguments: base URL of a server that is silent, CA file.
 */
#include <nativeflow.hpp>

#include <future>
#include <iostream>
#include <memory>
#include <string>

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    std::promise<void> begun, destroyed;
    std::shared_future<void> gone = destroyed.get_future().share();
    /* Longer than what a string or a function holds without the heap. */
    std::string lines = "the lines of the log, one after the other: ";
    bool is_first = true;

    nativeflow::options options;
    options.base_url(argv[1]).ca_file(argv[2]);
    options.log([&begun, gone, lines, is_first](std::int32_t, std::string_view line) mutable {
        if (is_first) {
            is_first = false;
            begun.set_value();
            gone.wait();
        }
        lines.append(line);
    });
    auto client = std::make_unique<nativeflow::client>(options);
    options = nativeflow::options();

    std::future<std::int32_t> ended = std::async(std::launch::async, [client = client.get()] {
        nativeflow::secret login("john@example.com"), password("secret");
        nativeflow::error why;
        return client->get_token("key", login, password, why) ? NF_OK : why.code();
    });
    begun.get_future().wait();
    client.reset();
    destroyed.set_value();
    if (ended.get() != NF_CANCELLED)
        return 1;
    std::cout << "all checks passed\n";
    return 0;
}

/*
 * A client that is destroyed during a call: the call's log exists until the call has ended, and is then destroyed once.
 * Built with AddressSanitizer. Arguments: base URL of a server that sends nothing, CA file.
 */
#include <nativeflow.hpp>

#include <atomic>
#include <future>
#include <iostream>
#include <memory>
#include <string>

namespace {

int failures;

void check(bool passed, const char *what, int line)
{
    if (!passed) {
        std::cerr << "line " << line << ": check failed: " << what << "\n";
        failures++;
    }
}
#define CHECK(condition) check((condition), #condition, __LINE__)

/* The call uses the client itself, or a share of it. */
void destroyed_during_a_call(const char *base_url, const char *ca_file, bool on_share)
{
    std::promise<void> begun, destroyed;
    std::shared_future<void> gone = destroyed.get_future().share();
    std::atomic<int> logs_gone{0}, releases{0};
    std::atomic<bool> logged_the_end{false};

    nativeflow::options options;
    options.base_url(base_url).ca_file(ca_file);
    /* Longer than a string or a function that stores its data without the heap. */
    std::string lines = "the lines of the log, one after the other: ";
    std::shared_ptr<void> state(nullptr, [&](void *) { logs_gone++; });
    bool is_first = true;
    options.log([&, gone, lines, state, is_first](std::int32_t, std::string_view line) mutable {
        if (is_first) {
            is_first = false;
            begun.set_value();
            gone.wait();
        }
        lines.append(line);
        logged_the_end = line.find("] failed") != std::string_view::npos;
    });
    state.reset();
    options.on_release([&] {
        releases++;
        throw 1; /* is discarded */
    });
    auto client = std::make_unique<nativeflow::client>(options);
    auto share = std::make_unique<nativeflow::client>(client->share());
    options = nativeflow::options();

    const nativeflow::client *called = on_share ? share.get() : client.get();
    std::future<std::int32_t> ended = std::async(std::launch::async, [called] {
        nativeflow::secret login("john@example.com"), password("secret");
        nativeflow::error why;
        return called->get_token("key", login, password, why) ? NF_OK : why.code();
    });
    begun.get_future().wait();
    client.reset();
    share.reset();
    CHECK(logs_gone == 0 && releases == 0);
    destroyed.set_value();
    CHECK(ended.get() == NF_CANCELLED);
    CHECK(logged_the_end && logs_gone == 1 && releases == 1);
}

/* Without a client, or without a call. */
void never_called(const char *ca_file)
{
    std::atomic<int> logs_gone{0};
    const auto log = [&] {
        std::shared_ptr<void> state(nullptr, [&](void *) { logs_gone++; });
        return [state](std::int32_t, std::string_view) {};
    };
    {
        nativeflow::options options;
        options.log(log()).log(log()).log(nullptr);
        CHECK(logs_gone == 0);
    }
    CHECK(logs_gone == 2);
    {
        nativeflow::options options;
        const nativeflow::client client(options.ca_file(ca_file).log(log()));
        options = nativeflow::options();
        CHECK(logs_gone == 2);
    }
    CHECK(logs_gone == 3);

    /* Rejected callbacks are not stored. */
    nativeflow::options moved, there(std::move(moved));
    try {
        moved.log(log());
        CHECK(false);
    } catch (const nativeflow::error &error) {
        CHECK(error.code() == NF_INVALID_ARGUMENT);
    }
    CHECK(logs_gone == 4);
    try {
        there.on_release(nullptr);
        CHECK(false);
    } catch (const nativeflow::error &error) {
        CHECK(error.code() == NF_INVALID_ARGUMENT);
    }
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    destroyed_during_a_call(argv[1], argv[2], false);
    destroyed_during_a_call(argv[1], argv[2], true);
    never_called(argv[2]);
    if (failures == 0)
        std::cout << "all checks passed\n";
    return failures != 0;
}

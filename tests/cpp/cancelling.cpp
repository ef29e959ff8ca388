/*
 * Ten thousand shares of a client are cancelled: before their call enters C, at about the same time, and after the
 * request has been sent. Another call on the same client continues. Arguments: base URL of a server that receives
 * nothing, base URL of a server that sends nothing, CA file.
 */
#include <nativeflow.hpp>

#include <atomic>
#include <future>
#include <iostream>
#include <optional>
#include <string>
#include <thread>

namespace {

enum { BEFORE = 4000, AT_ENTRY = 4000, AFTER = 2000 };

int failures;

void check(bool passed, const char *what, int line)
{
    if (!passed && failures++ < 10)
        std::cerr << "line " << line << ": check failed: " << what << "\n";
}
#define CHECK(condition) check((condition), #condition, __LINE__)

/* Returns the code of a call. */
std::int32_t call(const nativeflow::client &client)
{
    nativeflow::secret login("john@example.com"), password("secret");
    nativeflow::error why;
    return client.get_token("key", login, password, why) ? NF_OK : why.code();
}

/* A thread that cancels the clients it receives. */
class canceller {
public:
    canceller() : thread_([this] { work(); }) {}
    ~canceller()
    {
        is_over_ = true;
        thread_.join();
    }

    void cancel(const nativeflow::client &client, int turns)
    {
        turns_ = turns;
        client_ = &client;
    }

    /* Waits until the client may be destroyed. */
    void wait() const
    {
        while (client_ != nullptr)
            std::this_thread::yield();
    }

private:
    void work()
    {
        while (!is_over_) {
            const nativeflow::client *const client = client_;
            if (client == nullptr) {
                std::this_thread::yield();
                continue;
            }
            for (volatile int i = turns_; i > 0; i = i - 1) {
            }
            client->cancel();
            client_ = nullptr;
        }
    }

    std::atomic<const nativeflow::client *> client_{nullptr};
    std::atomic<int> turns_{0};
    std::atomic<bool> is_over_{false};
    std::thread thread_;
};

/* The log callback calls this function of the current thread when the request has been sent. */
thread_local std::function<void()> at_request;

} // namespace

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    nativeflow::options options;
    options.ca_file(argv[3]).keep_alive(std::chrono::minutes(1));
    /* Calls of one user overlap, and end without a response. */
    options.hold_back(std::chrono::milliseconds::zero());
    std::promise<void> is_sent;
    options.log([](std::int32_t, std::string_view line) {
        if (at_request && line.find("] request sent") != std::string_view::npos)
            at_request();
    });

    {
        const nativeflow::client client(options.base_url(argv[1]));
        for (int i = 0; i < BEFORE; i++) {
            const nativeflow::client share = client.share();
            share.cancel();
            CHECK(call(share) == NF_CANCELLED);
        }
    }

    const nativeflow::client client(options.base_url(argv[2]));
    const nativeflow::client neighbor = client.share();
    std::atomic<bool> has_ended{false};
    std::future<std::int32_t> ended = std::async(std::launch::async, [&] {
        at_request = [&] { is_sent.set_value(); };
        const std::int32_t code = call(neighbor);
        has_ended = true;
        return code;
    });
    is_sent.get_future().wait();

    canceller other;
    for (int i = 0; i < AT_ENTRY; i++) {
        const nativeflow::client share = client.share();
        other.cancel(share, i % 256 * 64);
        CHECK(call(share) == NF_CANCELLED);
        other.wait();
    }
    int requests = 0;
    for (int i = 0; i < AFTER; i++) {
        const nativeflow::client share = client.share();
        at_request = [&] {
            requests++;
            other.cancel(share, i % 256 * 64);
        };
        CHECK(call(share) == NF_CANCELLED);
        other.wait();
    }
    CHECK(requests == AFTER);

    /* A share has its own timeout. */
    CHECK(call(client.share(std::chrono::milliseconds(20))) == NF_TIMEOUT);
    CHECK(!has_ended);
    client.cancel();
    CHECK(ended.get() == NF_CANCELLED);

    if (failures == 0)
        std::cout << "all checks passed\n";
    return failures != 0;
}

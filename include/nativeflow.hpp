/*
 * nativeflow for C++17 and later: nativeflow.h with objects that free
 * themselves, one exception, and a buffer for secrets. Header only; needs the
 * C library.
 *
 *     nativeflow::client concur;
 *     nativeflow::secret login{"john@example.com"}, password{ask()};
 *     nativeflow::token token = concur.get_token(key, login, password);
 *     use(token.authorization(), token.instance_url());
 *
 * nativeflow.h describes what each function does, when it blocks and how it
 * fails, at the C function of the same name. The rules for threads are the same.
 */
#ifndef NATIVEFLOW_HPP
#define NATIVEFLOW_HPP

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "nativeflow.h"

namespace nativeflow {

namespace detail {

/* Replaces C functions in a remedy with members: nf_options_set_ca_file with options::ca_file. */
inline std::string with_own_names(std::string remedy)
{
    static constexpr std::pair<std::string_view, std::string_view> names[] = {
        {"nf_options_set_timeout_ms", "options::timeout"},
        {"nf_options_set_connect_timeout_ms", "options::connect_timeout"},
        {"nf_options_set_keep_alive_ms", "options::keep_alive"},
        {"nf_options_set_refresh_margin_ms", "options::refresh_margin"},
        {"nf_options_set_hold_back_ms", "options::hold_back"},
        {"nf_options_set_", "options::"},
        {"nf_options_use_", "options::"},
        {"nf_options_", "options::"},
        {"nf_client_", "client::"},
        {"nf_session_", "session::"},
    };
    for (const auto &[c_name, own_name] : names)
        for (std::size_t at = 0; (at = remedy.find(c_name, at)) != std::string::npos; at += own_name.size())
            remedy.replace(at, c_name.size(), own_name);
    return remedy;
}

} // namespace detail

/* Why a call failed, and how to fix it. */
class error : public std::exception {
public:
    error() noexcept = default;

    /* Only a code, if there is no memory for more. */
    explicit error(std::int32_t code) noexcept : code_(code) {}

    error(std::int32_t code, std::string message, std::string remedy) : code_(code)
    {
        facts given;
        given.message = std::move(message);
        given.remedy = std::move(remedy);
        keep(std::move(given));
    }

    /* Takes the error of a C function, and frees it. */
    explicit error(nf_error *c_error)
    {
        const std::unique_ptr<nf_error, deleter> owned(c_error);
        code_ = nf_error_code(c_error);
        facts given;
        given.http_status = nf_error_http_status(c_error);
        given.server_code = nf_error_server_code(c_error);
        given.retry_after_ms = nf_error_retry_after_ms(c_error);
        given.message = nf_error_message(c_error);
        given.remedy = detail::with_own_names(nf_error_remedy(c_error));
        given.server_message = nf_error_server_message(c_error);
        given.correlation_id = nf_error_correlation_id(c_error);
        given.call_id = nf_error_call_id(c_error);
        given.remote_address = nf_error_remote_address(c_error);
        for (std::size_t i = 0; i < given.timings.size(); i++)
            given.timings[i] = nf_error_timing_us(c_error, static_cast<std::int32_t>(i));
        keep(std::move(given));
    }

    /* Name, message and remedy, as one line for a log. */
    const char *what() const noexcept override { return facts_ ? facts_->what.c_str() : name(); }

    std::int32_t code() const noexcept { return code_; }
    const char *name() const noexcept { return nf_code_name(code_); }
    const std::string &message() const noexcept { return known().message; }
    const std::string &remedy() const noexcept { return known().remedy; }
    std::int32_t http_status() const noexcept { return known().http_status; }
    /* Do not trust this text; the server or a proxy wrote it. */
    const std::string &server_message() const noexcept { return known().server_message; }
    /* -1: the server sent none. */
    std::int32_t server_code() const noexcept { return known().server_code; }
    const std::string &correlation_id() const noexcept { return known().correlation_id; }
    /* No value: do not retry until the cause is fixed. */
    std::optional<std::chrono::milliseconds> retry_after() const noexcept
    {
        if (known().retry_after_ms < 0)
            return std::nullopt;
        return std::chrono::milliseconds(known().retry_after_ms);
    }

    /* Begins the lines of the call in the log, in brackets. Empty if there was no call. */
    const std::string &call_id() const noexcept { return known().call_id; }
    /* Empty if no TCP connection was reached. */
    const std::string &remote_address() const noexcept { return known().remote_address; }
    /* Takes a number NF_TIMING_*. No value if the call did not reach that part. */
    std::optional<std::chrono::microseconds> timing(std::int32_t number) const noexcept
    {
        const auto &timings = known().timings;
        const auto at = static_cast<std::size_t>(number);
        if (at >= timings.size() || timings[at] < 0)
            return std::nullopt;
        return std::chrono::microseconds(timings[at]);
    }

private:
    struct facts {
        std::string message, remedy, server_message, correlation_id, call_id, remote_address, what;
        std::int32_t http_status = 0, server_code = -1;
        std::int64_t retry_after_ms = -1;
        std::array<std::int64_t, NF_TIMING_TOTAL + 1> timings{-1, -1, -1, -1, -1};
    };
    struct deleter {
        void operator()(nf_error *c_error) const noexcept { nf_error_free(c_error); }
    };

    void keep(facts given)
    {
        given.what = std::string(name()) + ": " + given.message + ". " + given.remedy;
        facts_ = std::make_shared<const facts>(std::move(given));
    }

    const facts &known() const noexcept
    {
        static const facts none;
        return facts_ ? *facts_ : none;
    }

    std::int32_t code_ = NF_OK;
    /* Shared, because copying an exception must not throw another one. NULL if there is only a code. */
    std::shared_ptr<const facts> facts_;
};

namespace detail {

inline void check(nf_error *c_error)
{
    if (c_error != nullptr)
        throw error(c_error);
}

/* In C, a NUL inside would end the text. */
inline void check_text(std::string_view text)
{
    if (text.find('\0') != std::string_view::npos)
        throw error(NF_INVALID_ARGUMENT, "Invalid text (contains a NUL character)",
                    "Fix the calling program: pass the text without it.");
}

inline std::string c_text(std::string_view text)
{
    check_text(text);
    return std::string(text);
}

/* Converts a time for C. Throws an error with `code` if it is out of range. */
inline std::uint32_t c_milliseconds(std::chrono::milliseconds time, std::int32_t code)
{
    const auto count = time.count();
    if (count < 0 || count > UINT32_MAX)
        throw error(code, "Invalid time (negative, or longer than 49 days)", "Set 0 to 4294967295 milliseconds.");
    return static_cast<std::uint32_t>(count);
}

} // namespace detail

/* Throws if the loaded library does not fit this header: see NF_CHECK_VERSION. Call it when the program starts. */
inline void check_version()
{
    if (NF_CHECK_VERSION())
        return;
    char message[128];
    std::snprintf(message, sizeof message, NF_VERSION_MISMATCH, nf_version());
    throw error(NF_INVALID_ARGUMENT, message,
                "Install that version, or compile the program with the installed header.");
}

/* A login, a password or a part of a stored token. It has one use. It is wiped by the call and by the destructor. It cannot be
   copied. */
class secret {
public:
    secret() noexcept = default;

    /* The caller wipes `text`. */
    explicit secret(std::string_view text)
    {
        detail::check_text(text);
        bytes_ = std::make_unique<char[]>(text.size() + 1);
        size_ = text.size();
        if (!text.empty())
            std::memcpy(bytes_.get(), text.data(), text.size());
    }

    secret(secret &&other) noexcept : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}
    secret &operator=(secret &&other) noexcept
    {
        wipe();
        bytes_ = std::move(other.bytes_);
        size_ = std::exchange(other.size_, 0);
        return *this;
    }
    ~secret() { wipe(); }

    /* NULL if there is no text. Ends with a NUL. */
    char *data() noexcept { return bytes_.get(); }
    std::size_t size() const noexcept { return size_; }
    /* Whether a call has wiped it. No other text begins with a zero. */
    bool is_used() const noexcept { return size_ > 0 && bytes_[0] == '\0'; }

    void wipe() noexcept
    {
        volatile char *bytes = bytes_.get();
        for (std::size_t i = 0; i < size_; i++)
            bytes[i] = 0;
    }

private:
    std::unique_ptr<char[]> bytes_;
    std::size_t size_ = 0;
};

/* An access token, wiped by the destructor. The views are valid until then. */
class token {
public:
    using time_point = std::chrono::system_clock::time_point;

    explicit token(nf_token *c_token) noexcept : token_(c_token) {}

    /* Makes a token from parts that the program has stored. `value` or `refresh_token` may be empty, not both; both are
       wiped on every path. An empty `instance_url` means the base URL of the client. See nf_token_new. */
    token(std::string_view scheme, secret &value, secret &refresh_token, std::string_view instance_url = {},
          std::optional<time_point> expires_at = {}, std::optional<time_point> refresh_expires_at = {})
    {
        const secret_wiper wiped_value{value}, wiped_refresh_token{refresh_token};
        if (value.is_used() || refresh_token.is_used())
            throw error(NF_INVALID_ARGUMENT, "Invalid token (used before)",
                        "Fix the calling program: make a new secret for each call.");
        const std::string c_scheme = detail::c_text(scheme), c_url = detail::c_text(instance_url);
        nf_token *made = nullptr;
        nf_error *failed = nf_token_new(c_scheme.c_str(), value.data(), refresh_token.data(), c_url.c_str(),
                                        seconds(expires_at), seconds(refresh_expires_at), &made);
        token_.reset(made);
        detail::check(failed);
    }

    std::string_view value() const noexcept { return nf_token_value(token_.get()); }
    std::string_view scheme() const noexcept { return nf_token_scheme(token_.get()); }
    std::string_view authorization() const noexcept { return nf_token_authorization(token_.get()); }
    std::string_view refresh_token() const noexcept { return nf_token_refresh_token(token_.get()); }
    std::string_view instance_url() const noexcept { return nf_token_instance_url(token_.get()); }
    std::string_view expiration_date() const noexcept { return nf_token_expiration_date(token_.get()); }
    /* No value if the date is missing or not in the expected format. */
    std::optional<time_point> expires_at() const { return time(nf_token_expires_at(token_.get())); }
    /* No value if the server sent no such time. */
    std::optional<time_point> refresh_expires_at() const { return time(nf_token_refresh_expires_at(token_.get())); }
    /* The other end of the TCP connection of the call; with a proxy, the proxy. */
    std::string_view remote_address() const noexcept { return nf_token_remote_address(token_.get()); }
    /* Takes a number NF_TIMING_*. No value if the call did not do that part. */
    std::optional<std::chrono::microseconds> timing(std::int32_t number) const noexcept
    {
        const std::int64_t us = nf_token_timing_us(token_.get(), number);
        if (us < 0)
            return std::nullopt;
        return std::chrono::microseconds(us);
    }
    const nf_token *get() const noexcept { return token_.get(); }

private:
    struct secret_wiper {
        secret &text;
        ~secret_wiper() { text.wipe(); }
    };

    static std::int64_t seconds(const std::optional<time_point> &time)
    {
        if (!time)
            return -1;
        return std::chrono::duration_cast<std::chrono::seconds>(time->time_since_epoch()).count();
    }

    static std::optional<time_point> time(std::int64_t seconds)
    {
        if (seconds < 0)
            return std::nullopt;
        return time_point(std::chrono::seconds(seconds));
    }

    struct deleter {
        void operator()(nf_token *c_token) const noexcept { nf_token_free(c_token); }
    };
    std::unique_ptr<nf_token, deleter> token_;
};

namespace detail {

/* Calls the C function. Both secrets are wiped on every path. */
template <typename Call> token get_token(Call call, std::string_view key, secret &login, secret &password)
{
    struct both {
        secret &login, &password;
        ~both()
        {
            login.wipe();
            password.wipe();
        }
    } wiped{login, password};
    /* To the server, zeros would be a wrong password, which counts as a failed login. */
    if (login.is_used() || password.is_used())
        throw error(NF_INVALID_ARGUMENT, "Invalid login or secret (used before)",
                    "Fix the calling program: make a new one for each call.");
    /* The copy of the key is wiped too. */
    secret copy(key);
    nf_token *got = nullptr;
    nf_error *failed = call(copy.data(), login.data(), password.data(), &got);
    token result(got);
    check(failed);
    return result;
}

/* No value on failure; `why` is then the error. */
template <typename Get> std::optional<token> without_exceptions(Get get, error &why) noexcept
{
    try {
        return get();
    } catch (error &failed) {
        why = std::move(failed);
    } catch (...) {
        why = error(NF_INTERNAL);
    }
    return std::nullopt;
}

} // namespace detail

/* Gets a token from Concur's production host with the default options: one client, one call. See client::get_token. */
[[nodiscard]] inline token get_token(std::string_view key, secret &login, secret &password)
{
    return detail::get_token(nf_get_token, key, login, password);
}

/* The same without exceptions. */
[[nodiscard]] inline std::optional<token> get_token(std::string_view key, secret &login, secret &password,
                                                    error &why) noexcept
{
    return detail::without_exceptions([&] { return get_token(key, login, password); }, why);
}

/* Takes a level (NF_LOG_*) and a line, which begins with the ID of its call. Its exceptions are ignored. */
using log_function = std::function<void(std::int32_t level, std::string_view line)>;

/* Takes no arguments. It must not call this library. Its exceptions are ignored. */
using release_function = std::function<void()>;

/* Writes the secret of a user to `buffer`, which the library wipes, and returns its length, NF_SECRET_NONE or
   NF_SECRET_UNAVAILABLE. An exception counts as NF_SECRET_UNAVAILABLE. See nf_secret_fn. */
using secret_function =
    std::function<std::int32_t(std::string_view login, std::int32_t last_code, char *buffer, std::size_t capacity)>;

/* The settings that a client is created from. Each setter throws if the value is invalid. */
class options {
public:
    options() : options_(nf_options_new()) {}

    options &base_url(std::string_view url) { return set(nf_options_set_base_url, url); }
    options &user_agent(std::string_view product) { return set(nf_options_set_user_agent, product); }
    options &ca_file(std::string_view path) { return set(nf_options_set_ca_file, path); }
    options &proxy(std::string_view url) { return set(nf_options_set_proxy, url); }
    options &proxy_bypass(std::string_view hosts) { return set(nf_options_set_proxy_bypass, hosts); }
    options &timeout(std::chrono::milliseconds limit) { return set(nf_options_set_timeout_ms, limit); }
    options &connect_timeout(std::chrono::milliseconds limit) { return set(nf_options_set_connect_timeout_ms, limit); }
    options &keep_alive(std::chrono::milliseconds longest) { return set(nf_options_set_keep_alive_ms, longest); }
    /* How long before its expiry a session renews a token. */
    options &refresh_margin(std::chrono::milliseconds margin) { return set(nf_options_set_refresh_margin_ms, margin); }
    /* How long a refused secret is not sent again. */
    options &hold_back(std::chrono::milliseconds time) { return set(nf_options_set_hold_back_ms, time); }

    options &add_ca_pem(std::string_view pem)
    {
        detail::check(nf_options_add_ca_pem(options_.get(), pem.data(), pem.size()));
        return *this;
    }

    /* Selects the OAuth 2.0 service instead of the Native Flow. */
    options &oauth2()
    {
        detail::check(nf_options_use_oauth2(options_.get()));
        return *this;
    }

    /* Sets the application's client secret, which is wiped on every path. */
    options &client_secret(secret &text)
    {
        nf_error *failed = nf_options_set_client_secret(options_.get(), text.data(), text.size());
        text.wipe();
        detail::check(failed);
        return *this;
    }

    /* Takes NF_CREDENTIAL_PASSWORD or NF_CREDENTIAL_AUTHTOKEN. */
    options &credential_type(std::int32_t type)
    {
        detail::check(nf_options_set_credential_type(options_.get(), type));
        return *this;
    }

    options &allow_host(std::string_view host) { return set(nf_options_allow_host, host); }

    options &client_certificate(std::string_view chain_file, std::string_view key_file)
    {
        const std::string chain = detail::c_text(chain_file), key = detail::c_text(key_file);
        detail::check(nf_options_set_client_certificate(options_.get(), chain.c_str(), key.c_str()));
        return *this;
    }

    options &environment_proxy()
    {
        detail::check(nf_options_use_environment_proxy(options_.get()));
        return *this;
    }

    /* The function is destroyed when these options and their clients are freed and all their calls have returned. Its
       destructor must not free objects of this library. */
    options &log(log_function function)
    {
        if (!function) {
            detail::check(nf_options_set_log(options_.get(), nullptr, nullptr));
            return *this;
        }
        auto kept = std::make_unique<log_function>(std::move(function));
        detail::check(nf_options_on_release(options_.get(), drop<log_function>, kept.get()));
        detail::check(nf_options_set_log(options_.get(), write, kept.release()));
        return *this;
    }

    /* Sessions get the secrets of their users from this function. It is destroyed when that of `log` would be. */
    options &secret_callback(secret_function function)
    {
        if (!function) {
            detail::check(nf_options_set_secret_callback(options_.get(), nullptr, nullptr));
            return *this;
        }
        auto kept = std::make_unique<secret_function>(std::move(function));
        detail::check(nf_options_on_release(options_.get(), drop<secret_function>, kept.get()));
        detail::check(nf_options_set_secret_callback(options_.get(), read_secret, kept.release()));
        return *this;
    }

    /* Calls the function once, when no callback can run any more. See nf_options_on_release. */
    options &on_release(release_function function)
    {
        auto kept = std::make_unique<release_function>(std::move(function));
        detail::check(nf_options_on_release(options_.get(), *kept ? release : nullptr, kept.get()));
        (void)kept.release();
        return *this;
    }

    const nf_options *get() const noexcept { return options_.get(); }

private:
    options &set(nf_error *(NF_CALL *setter)(nf_options *, const char *), std::string_view text)
    {
        /* Some of these contain a password. A secret wipes its copy. */
        secret copy(text);
        detail::check(setter(options_.get(), copy.data()));
        return *this;
    }

    options &set(nf_error *(NF_CALL *setter)(nf_options *, std::uint32_t), std::chrono::milliseconds time)
    {
        detail::check(setter(options_.get(), detail::c_milliseconds(time, NF_INVALID_OPTION)));
        return *this;
    }

    static void NF_CALL write(void *user, std::int32_t level, const char *line) noexcept
    {
        try {
            (*static_cast<log_function *>(user))(level, line);
        } catch (...) {
        }
    }

    static std::int32_t NF_CALL read_secret(void *user, const char *login, std::int32_t last_code, char *buffer,
                                            std::size_t capacity) noexcept
    {
        try {
            return (*static_cast<secret_function *>(user))(login, last_code, buffer, capacity);
        } catch (...) {
            return NF_SECRET_UNAVAILABLE;
        }
    }

    template <typename Function> static void NF_CALL drop(void *user) noexcept { delete static_cast<Function *>(user); }

    static void NF_CALL release(void *user) noexcept
    {
        const std::unique_ptr<release_function> function(static_cast<release_function *>(user));
        try {
            (*function)();
        } catch (...) {
        }
    }

    struct deleter {
        void operator()(nf_options *c_options) const noexcept { nf_options_free(c_options); }
    };
    std::unique_ptr<nf_options, deleter> options_;
};

/* A handle of a client, which gets tokens from one service. */
class client {
public:
    client() : client(options()) {}

    explicit client(const options &from)
    {
        /* NULL would mean the default options, and the login would be sent to another host than the program has set. */
        if (from.get() == nullptr)
            throw error(NF_INVALID_ARGUMENT, "Invalid options (moved to another object)",
                        "Fix the calling program: make the client from the options that they were moved to.");
        nf_client *made = nullptr;
        detail::check(nf_client_new(from.get(), &made));
        client_.reset(made);
    }

    /* Both secrets are wiped on every path. */
    [[nodiscard]] token get_token(std::string_view key, secret &login, secret &password) const
    {
        const auto call = [this_client = client_.get()](auto... arguments) {
            return nf_client_get_token(this_client, arguments...);
        };
        return detail::get_token(call, key, login, password);
    }

    /* The same without exceptions: no value on failure; `why` is then the error. */
    [[nodiscard]] std::optional<token> get_token(std::string_view key, secret &login, secret &password,
                                                 error &why) const noexcept
    {
        return detail::without_exceptions([&] { return get_token(key, login, password); }, why);
    }

    /* Gets another token for the refresh token of `old`, which does not change. */
    [[nodiscard]] token refresh_token(std::string_view key, const token &old) const
    {
        secret copy(key);
        nf_token *got = nullptr;
        nf_error *failed = nf_client_refresh_token(get(), copy.data(), old.get(), &got);
        token result(got);
        detail::check(failed);
        return result;
    }

    /* Revokes a token; in the Native Flow optionally with the token of an administrator. */
    void revoke_token(const token &revoked, const token *admin = nullptr) const
    {
        /* NULL would mean that the token revokes itself. */
        if (admin != nullptr && admin->get() == nullptr)
            throw error(NF_INVALID_ARGUMENT, "Invalid token (moved to another object)",
                        "Fix the calling program: pass the token that it was moved to.");
        detail::check(nf_client_revoke_token(get(), revoked.get(), admin == nullptr ? nullptr : admin->get()));
    }

    /* Gets a token for the application itself. */
    [[nodiscard]] token get_application_token(std::string_view key) const
    {
        secret copy(key);
        nf_token *got = nullptr;
        nf_error *failed = nf_client_get_application_token(get(), copy.data(), &got);
        token result(got);
        detail::check(failed);
        return result;
    }

    /* The next call may send the login once, also with a secret that was refused. Sends nothing. */
    void clear_hold(std::string_view key, std::string_view login) const
    {
        secret key_copy(key), login_copy(login);
        detail::check(nf_client_clear_hold(get(), key_copy.data(), login_copy.data()));
    }

    /* Creates another handle with the same connections. It has its own cancellation, and its own timeout for each call.
       0 means the client's timeout. */
    [[nodiscard]] client share(std::chrono::milliseconds timeout = std::chrono::milliseconds::zero()) const
    {
        nf_client *shared = nullptr;
        detail::check(nf_client_share(get(), detail::c_milliseconds(timeout, NF_INVALID_ARGUMENT), &shared));
        return client(shared);
    }

    /* Cancels all calls that run on the client or its shares. A share cancels its own calls, also those that start later. */
    void cancel() const noexcept { nf_client_cancel(client_.get()); }
    const nf_client *get() const noexcept { return client_.get(); }

private:
    struct deleter {
        void operator()(nf_client *c_client) const noexcept { nf_client_free(c_client); }
    };
    explicit client(nf_client *c_client) noexcept : client_(c_client) {}

    std::unique_ptr<nf_client, deleter> client_;
};

/* A handle of a session, which keeps a token of one user valid. Its client may be destroyed first. */
class session {
public:
    session(const client &from, std::string_view key, std::string_view login)
    {
        secret key_copy(key), login_copy(login);
        nf_session *made = nullptr;
        detail::check(nf_session_new(from.get(), key_copy.data(), login_copy.data(), &made));
        session_.reset(made);
    }

    /* A valid token: from memory, by a refresh, or by a login with the secret from options::secret_callback. */
    [[nodiscard]] token get_token() const
    {
        nf_token *got = nullptr;
        nf_error *failed = nf_session_get_token(get(), &got);
        token result(got);
        detail::check(failed);
        return result;
    }

    /* The same without exceptions: no value on failure; `why` is then the error. */
    [[nodiscard]] std::optional<token> get_token(error &why) const noexcept
    {
        return detail::without_exceptions([&] { return get_token(); }, why);
    }

    /* The same with this secret if a login is needed. It is wiped on every path. */
    [[nodiscard]] token log_in(secret &password) const
    {
        /* To the server, zeros would be a wrong password, which counts as a failed login. */
        if (password.is_used())
            throw error(NF_INVALID_ARGUMENT, "Invalid secret (used before)",
                        "Fix the calling program: make a new one for each call.");
        nf_token *got = nullptr;
        nf_error *failed = nf_session_log_in(get(), password.data(), &got);
        token result(got);
        password.wipe();
        detail::check(failed);
        return result;
    }

    /* Starts from a token that the program has stored. An older one changes nothing. */
    void set_token(const token &kept) const { detail::check(nf_session_set_token(get(), kept.get())); }
    /* The API has answered that the token is not valid any more. The next call gets a new one. */
    void reject_token(const token &rejected) const { detail::check(nf_session_reject_token(get(), rejected.get())); }
    /* The next call may send the login once, also with a secret that was refused. Sends nothing. */
    void clear_hold() const { detail::check(nf_session_clear_hold(get())); }
    /* Revokes the token at the service, and forgets it. */
    void log_out() const { detail::check(nf_session_log_out(get())); }

    /* The state as JSON, without a secret. See nf_session_status. */
    [[nodiscard]] std::string status() const
    {
        std::string text(1024, '\0');
        for (std::size_t length = 0;; text.resize(length + 1)) {
            detail::check(nf_session_status(get(), text.data(), text.size(), &length));
            if (length < text.size()) {
                text.resize(length);
                return text;
            }
        }
    }

    /* Creates another handle of the same session, with its own cancellation and its own timeout for each call. 0 means
       this handle's timeout. */
    [[nodiscard]] session share(std::chrono::milliseconds timeout = std::chrono::milliseconds::zero()) const
    {
        nf_session *shared = nullptr;
        detail::check(nf_session_share(get(), detail::c_milliseconds(timeout, NF_INVALID_ARGUMENT), &shared));
        return session(shared);
    }

    /* Cancels as client::cancel does. */
    void cancel() const noexcept { nf_session_cancel(session_.get()); }
    const nf_session *get() const noexcept { return session_.get(); }

private:
    struct deleter {
        void operator()(nf_session *c_session) const noexcept { nf_session_free(c_session); }
    };
    explicit session(nf_session *c_session) noexcept : session_(c_session) {}

    std::unique_ptr<nf_session, deleter> session_;
};

} // namespace nativeflow

#endif

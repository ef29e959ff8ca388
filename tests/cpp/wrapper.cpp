/*
 * The C++ header: a token, errors with and without exceptions, and secrets that are zeroed. Arguments: base URL, CA
 * file. Standard input: key, login, secret.
 */
#include <nativeflow.hpp>

#include <algorithm>
#include <iostream>
#include <string>
#include <type_traits>
#include <vector>

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

bool is_zero(nativeflow::secret &secret)
{
    return std::all_of(secret.data(), secret.data() + secret.size(), [](char c) { return c == 0; });
}

/* Returns the code that `action` throws, NF_OK if it throws nothing. */
template <typename Action> std::int32_t thrown(Action action)
{
    try {
        action();
    } catch (const nativeflow::error &error) {
        CHECK(!error.message().empty() && !error.remedy().empty());
        CHECK(std::string(error.what()).find(error.name()) == 0);
        return error.code();
    }
    return NF_OK;
}

const char *const client_secret = "c5Gk/demo+Client=Secret";

/* A session gets a token with the secret callback, renews it when it is rejected, and logs out. */
void session(const std::string &base_url, const char *ca_file, const std::string &key, const std::string &login_text,
             const std::string &password_text)
{
    std::int32_t calls = 0, last_code = -1, instead = 0;
    nativeflow::options options;
    options.base_url(base_url).ca_file(ca_file).refresh_margin(std::chrono::minutes(1));
    options.secret_callback([&](std::string_view login, std::int32_t code, char *buffer, std::size_t capacity) {
        calls++;
        last_code = code;
        CHECK(login == login_text && capacity >= 2048);
        if (instead == 1)
            throw 1; /* counts as NF_SECRET_UNAVAILABLE */
        if (instead != 0)
            return instead;
        password_text.copy(buffer, capacity);
        return static_cast<std::int32_t>(password_text.size());
    });
    nativeflow::error why;
    const nativeflow::session session(nativeflow::client(options), key, login_text);
    instead = NF_SECRET_NONE;
    CHECK(thrown([&] { (void)session.get_token(); }) == NF_SECRET_NEEDED);
    session.clear_hold();
    instead = 1;
    CHECK(!session.get_token(why) && why.code() == NF_SECRET_NEEDED && why.retry_after());
    session.clear_hold();
    nativeflow::secret wrong("a wrong password of the session");
    CHECK(thrown([&] { (void)session.log_in(wrong); }) == NF_DENIED && is_zero(wrong));
    CHECK(thrown([&] { (void)session.log_in(wrong); }) == NF_INVALID_ARGUMENT);
    CHECK(session.status().find("\"held\"") != std::string::npos);

    instead = 0;
    calls = 0;
    {
        const nativeflow::token first = session.get_token(), same = session.share().get_token();
        CHECK(calls == 1 && last_code == NF_DENIED && first.value() == same.value());
        session.reject_token(first);
        const nativeflow::token second = session.get_token();
        CHECK(calls == 2 && last_code == NF_OK && first.value() != second.value());
        session.set_token(first);
    }
    CHECK(session.status().find("\"fresh\"") != std::string::npos);
    session.log_out();
    CHECK(session.status().find("\"none\"") != std::string::npos);

    nativeflow::session share = session.share(std::chrono::seconds(30));
    share.cancel();
    CHECK(thrown([&] { (void)share.get_token(); }) == NF_CANCELLED);
    const nativeflow::session taken(std::move(share));
    CHECK(thrown([&] { (void)share.get_token(); }) == NF_INVALID_ARGUMENT);
    session.cancel();

    const nativeflow::client client(options.secret_callback(nullptr));
    client.clear_hold(key, login_text);
    CHECK(thrown([&] { client.clear_hold(key, "a:b"); }) == NF_INVALID_ARGUMENT);
    const nativeflow::session asks(client, key, login_text);
    CHECK(!asks.get_token(why) && why.code() == NF_SECRET_NEEDED);
    CHECK(why.remedy().find("session::log_in") != std::string::npos);
    nativeflow::secret password(password_text);
    CHECK(!asks.log_in(password).value().empty() && is_zero(password));
    CHECK(thrown([&] { nativeflow::session none(client, key, "a:b"); }) == NF_INVALID_ARGUMENT);
}

/* The OAuth 2.0 service: a token is stored, refreshed and revoked. */
void oauth2(const std::string &base_url, const char *ca_file, const std::string &key, const std::string &login_text,
            const std::string &password_text)
{
    nativeflow::secret application(client_secret), native_secret(client_secret);
    nativeflow::options options;
    options.base_url(base_url).ca_file(ca_file).oauth2();
    CHECK(thrown([&] { nativeflow::client without_secret(options); }) == NF_INVALID_OPTION);
    options.client_secret(application).allow_host("localhost:1").credential_type(NF_CREDENTIAL_PASSWORD);
    CHECK(is_zero(application));
    CHECK(thrown([&] { options.client_secret(application); }) == NF_INVALID_OPTION);
    CHECK(thrown([&] { options.credential_type(7); }) == NF_INVALID_OPTION);
    CHECK(thrown([&] { options.allow_host("https://localhost"); }) == NF_INVALID_OPTION);

    const nativeflow::client client(options);
    nativeflow::secret login(login_text), password(password_text);
    const nativeflow::token token = client.get_token(key, login, password);
    CHECK(token.scheme() == "Bearer" && token.authorization() == "Bearer " + std::string(token.value()));
    CHECK(token.refresh_expires_at() > token.expires_at());

    nativeflow::secret none, refresh(token.refresh_token());
    const nativeflow::token stored("Bearer", none, refresh, token.instance_url(), {}, token.refresh_expires_at());
    CHECK(is_zero(refresh) && stored.value().empty() && stored.refresh_expires_at() == token.refresh_expires_at());
    CHECK(thrown([&] { nativeflow::token of_used("Bearer", none, refresh); }) == NF_INVALID_ARGUMENT);
    CHECK(thrown([&] { client.revoke_token(stored); }) == NF_INVALID_ARGUMENT);
    const nativeflow::token refreshed = client.refresh_token(key, stored);
    CHECK(!refreshed.value().empty() && refreshed.refresh_token() != token.refresh_token());
    CHECK(thrown([&] { client.revoke_token(refreshed); }) == NF_OK);
    CHECK(thrown([&] { (void)client.refresh_token(key, refreshed); }) == NF_REFRESH_EXPIRED);
    CHECK(client.get_application_token(key).refresh_token().empty());

    /* Native Flow: a token that was moved is not the token of an administrator. */
    nativeflow::options native_flow;
    native_flow.base_url(base_url).ca_file(ca_file).client_secret(native_secret);
    const nativeflow::client native(native_flow);
    nativeflow::secret same_login(login_text), same_password(password_text);
    const nativeflow::token legacy = native.get_token(key, same_login, same_password);
    nativeflow::token admin = native.refresh_token(key, legacy);
    const nativeflow::token moved(std::move(admin));
    CHECK(thrown([&] { native.revoke_token(legacy, &admin); }) == NF_INVALID_ARGUMENT);
    CHECK(thrown([&] { native.revoke_token(legacy, &moved); }) == NF_OK);
    CHECK(thrown([&] { native.revoke_token(moved); }) == NF_OK);

    options.base_url(base_url + "/scenario/oauth2-code-14");
    nativeflow::secret locked_login(login_text), locked_password(password_text);
    nativeflow::error why;
    CHECK(!nativeflow::client(options).get_token(key, locked_login, locked_password, why));
    CHECK(why.code() == NF_ACCOUNT_LOCKED && why.server_code() == 14);
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    std::string key, login_text, password_text;
    std::getline(std::cin, key);
    std::getline(std::cin, login_text);
    std::getline(std::cin, password_text);

    std::vector<std::string> log;
    nativeflow::options options;
    options.base_url(argv[1]).ca_file(argv[2]).timeout(std::chrono::seconds(60)).user_agent("wrapper/1");
    /* This test sends wrong secrets again. */
    options.hold_back(std::chrono::milliseconds::zero());
    options.log([&](std::int32_t, std::string_view line) {
        log.emplace_back(line);
        throw 1; /* is discarded */
    });
    const nativeflow::client client(options);

    nativeflow::secret login(login_text), password(password_text);
    {
        const nativeflow::token token = client.get_token(key, login, password);
        CHECK(!token.value().empty() && token.scheme() == "OAuth");
        CHECK(token.authorization() == "OAuth " + std::string(token.value()));
        CHECK(!token.instance_url().empty() && token.expires_at() > std::chrono::system_clock::now());
        CHECK(is_zero(login) && is_zero(password));
        CHECK(!log.empty());
        CHECK(token.remote_address().find("127.0.0.1:") == 0 && token.timing(NF_TIMING_TLS) > token.timing(-1));
        CHECK(token.timing(NF_TIMING_SERVER) < token.timing(NF_TIMING_TOTAL) && !token.timing(NF_TIMING_TOTAL + 1));
    }

    /* A share is another handle of the same client. */
    {
        nativeflow::client share = client.share(std::chrono::seconds(30));
        nativeflow::secret his_login(login_text), his_password(password_text);
        CHECK(!share.get_token(key, his_login, his_password).value().empty());
        share.cancel();
        nativeflow::secret late(login_text), too_late(password_text);
        CHECK(thrown([&] { (void)share.get_token(key, late, too_late); }) == NF_CANCELLED);
        CHECK(is_zero(late) && is_zero(too_late));
        const nativeflow::client taken(std::move(share));
        CHECK(thrown([&] { (void)share.share(); }) == NF_INVALID_ARGUMENT);
        CHECK(thrown([&] { (void)taken.share(); }) == NF_OK);
        CHECK(thrown([&] { (void)client.share(std::chrono::milliseconds(-1)); }) == NF_INVALID_ARGUMENT);
        CHECK(thrown([&] { (void)client.share(std::chrono::hours(24 * 365)); }) == NF_INVALID_ARGUMENT);
    }

    /* A rejected login, with and without exceptions. */
    nativeflow::secret again(login_text), wrong("wrong");
    CHECK(thrown([&] { (void)client.get_token(key, again, wrong); }) == NF_DENIED);
    CHECK(is_zero(again) && is_zero(wrong));
    nativeflow::secret once_more(login_text), still_wrong("wrong");
    nativeflow::error why;
    CHECK(!client.get_token(key, once_more, still_wrong, why));
    CHECK(why.code() == NF_DENIED && why.http_status() == 403 && !why.retry_after() && !why.correlation_id().empty());
    CHECK(is_zero(once_more) && is_zero(still_wrong));
    CHECK(why.server_code() == -1);
    CHECK(!why.call_id().empty() && why.remote_address().find("127.0.0.1:") == 0 && !why.timing(NF_TIMING_TOTAL + 1));
    CHECK(why.timing(NF_TIMING_SERVER) > why.timing(-1) && why.timing(NF_TIMING_SERVER) < why.timing(NF_TIMING_TOTAL));
    CHECK(nativeflow::error().call_id().empty() && !nativeflow::error().timing(NF_TIMING_TOTAL));

    /* A remedy names members of options, which exist. */
#define CHECK_OWN_NAME(c_name, member)                                                                                 \
    static_cast<void>(sizeof(&nativeflow::options::member));                                                           \
    CHECK(nativeflow::detail::with_own_names("(" #c_name ") nf_x") == "(options::" #member ") nf_x")
    CHECK_OWN_NAME(nf_options_set_base_url, base_url);
    CHECK_OWN_NAME(nf_options_use_oauth2, oauth2);
    CHECK_OWN_NAME(nf_options_set_client_secret, client_secret);
    CHECK_OWN_NAME(nf_options_set_credential_type, credential_type);
    CHECK_OWN_NAME(nf_options_allow_host, allow_host);
    CHECK_OWN_NAME(nf_options_set_timeout_ms, timeout);
    CHECK_OWN_NAME(nf_options_set_connect_timeout_ms, connect_timeout);
    CHECK_OWN_NAME(nf_options_set_keep_alive_ms, keep_alive);
    CHECK_OWN_NAME(nf_options_set_user_agent, user_agent);
    CHECK_OWN_NAME(nf_options_set_ca_file, ca_file);
    CHECK_OWN_NAME(nf_options_add_ca_pem, add_ca_pem);
    CHECK_OWN_NAME(nf_options_set_client_certificate, client_certificate);
    CHECK_OWN_NAME(nf_options_set_proxy, proxy);
    CHECK_OWN_NAME(nf_options_set_proxy_bypass, proxy_bypass);
    CHECK_OWN_NAME(nf_options_use_environment_proxy, environment_proxy);
    CHECK_OWN_NAME(nf_options_set_log, log);
    CHECK_OWN_NAME(nf_options_set_secret_callback, secret_callback);
    CHECK_OWN_NAME(nf_options_set_refresh_margin_ms, refresh_margin);
    CHECK_OWN_NAME(nf_options_set_hold_back_ms, hold_back);
    CHECK(nativeflow::detail::with_own_names("nf_session_log_in nf_client_clear_hold") ==
          "session::log_in client::clear_hold");
    const nativeflow::client trusts_nothing(nativeflow::options().base_url(argv[1]));
    nativeflow::secret his_login(login_text), his_password(password_text);
    nativeflow::error untrusted;
    CHECK(!trusts_nothing.get_token(key, his_login, his_password, untrusted) && untrusted.code() == NF_TLS_UNTRUSTED);
    CHECK(untrusted.remedy().find("options::ca_file") != std::string::npos);
    CHECK(untrusted.remedy().find("nf_") == std::string::npos);

    /* Exceptions are copied when they are caught and stored. Copying must not throw another one. */
    static_assert(std::is_nothrow_copy_constructible_v<nativeflow::error>, "error");
    static_assert(std::is_nothrow_copy_assignable_v<nativeflow::error>, "error");
    const nativeflow::error copied(why);
    why = nativeflow::error(NF_INTERNAL);
    CHECK(copied.code() == NF_DENIED && copied.http_status() == 403 && !copied.remedy().empty());
    CHECK(why.message().empty() && why.server_code() == -1 && std::string(why.what()) == "NF_INTERNAL");

    /* A used secret would be sent as an empty password, and count as a failed login. */
    nativeflow::secret fresh(login_text), empty("");
    CHECK(still_wrong.is_used() && !fresh.is_used() && !empty.is_used());
    CHECK(thrown([&] { (void)client.get_token(key, fresh, still_wrong); }) == NF_INVALID_ARGUMENT);
    CHECK(is_zero(fresh));

    /* Text that C would truncate at its NUL. */
    using namespace std::string_view_literals;
    CHECK(thrown([] { nativeflow::secret secret("pass\0word"sv); }) == NF_INVALID_ARGUMENT);
    CHECK(thrown([&] { options.base_url("https://localhost\0.example"sv); }) == NF_INVALID_ARGUMENT);
    nativeflow::secret unused(login_text);
    CHECK(thrown([&] { (void)client.get_token("key\0"sv, unused, password); }) == NF_INVALID_ARGUMENT);
    CHECK(is_zero(unused));

    /* Invalid options. */
    CHECK(thrown([&] { options.base_url("http://www.example.com"); }) == NF_INVALID_OPTION);
    CHECK(thrown([&] { options.timeout(std::chrono::milliseconds(-1)); }) == NF_INVALID_OPTION);
    CHECK(thrown([&] { options.timeout(std::chrono::hours(24 * 365)); }) == NF_INVALID_OPTION);
    CHECK(thrown([&] { options.proxy("ftp://localhost"); }) == NF_INVALID_OPTION);
    CHECK(thrown([&] { options.proxy_bypass("*").keep_alive(std::chrono::seconds(1)).environment_proxy(); }) == NF_OK);

    /* Without a client the host is Concur, so these calls use values that cannot be sent. */
    nativeflow::secret spoilt("a:colon"), unsent(password_text);
    CHECK(thrown([&] { (void)nativeflow::get_token(key, spoilt, unsent); }) == NF_INVALID_ARGUMENT);
    CHECK(is_zero(spoilt) && is_zero(unsent));
    CHECK(!nativeflow::get_token(key, spoilt, unsent, why) && why.code() == NF_INVALID_ARGUMENT);

    /* Options that were moved from are not default options. */
    nativeflow::options source;
    const nativeflow::options target(std::move(source));
    CHECK(thrown([&] { nativeflow::client of_nothing(source); }) == NF_INVALID_ARGUMENT);
    CHECK(thrown([&] { nativeflow::client of_those(target); }) == NF_OK);

    /* Secrets are moved, not copied. */
    nativeflow::secret first("something"), second(std::move(first));
    CHECK(first.data() == nullptr && second.size() == 9);
    client.cancel();

    oauth2(argv[1], argv[2], key, login_text, password_text);
    session(argv[1], argv[2], key, login_text, password_text);
    if (failures == 0)
        std::cout << "all checks passed\n";
    return failures != 0;
}

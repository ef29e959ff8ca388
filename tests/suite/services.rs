//! Both services, through the C interface: a token is received, used, refreshed and revoked. Where users and tokens
//! belong to another host, only a trusted one is asked.

use nativeflow_stub::{Options, Place, Service, Stub, User};

use crate::support::{self, Build, Call, Program};

#[test]
fn token_is_received_used_refreshed_and_revoked_on_both_services() {
    let (stub, _) = support::stub();
    let (user, client_secret) = (User::demo(), Options::default().client_secret);
    for service in ["native", "oauth2"] {
        Program::compile("services", Build::Shared)
            .args(&[service, &stub.plain_url()])
            .lines(&[&user.key, &user.login, &user.secret, &client_secret])
            .must_pass();
    }
}

/// A stub of its own, whose requests are counted, and the settings of a call to it.
fn own_stub(name: &str) -> (Stub, Call) {
    let stub = Stub::start(Options::default()).unwrap();
    let ca = support::scratch("services").join(format!("{name}.pem"));
    std::fs::write(&ca, stub.ca_pem()).unwrap();
    let call = Call::to(&stub.base_url()).with("ca", ca.to_str().unwrap()).with_oauth2();
    (stub, call)
}

/// The setting that trusts the other address of a stub.
fn trusting_elsewhere(call: &Call, stub: &Stub) -> Call {
    call.clone().with("allow_host", stub.elsewhere_url().trim_start_matches("https://"))
}

#[test]
fn login_is_sent_to_a_second_host_only_if_it_is_trusted() {
    let (stub, call) = own_stub("elsewhere");
    stub.move_users(Some(Place::Elsewhere));
    let facts = call.run();
    let pairs = facts.pairs();
    assert_eq!((pairs["code"], pairs["server_code"]), ("NF_WRONG_HOST", "16"), "{}", facts.stdout);
    assert!(pairs["message"].contains(&stub.elsewhere_url()), "{}", facts.stdout);
    assert_eq!((stub.login_attempts(&User::demo().login), stub.elsewhere_requests().len()), (1, 0));

    let facts = trusting_elsewhere(&call, &stub).with("log", "1").run();
    assert_eq!(facts.pairs()["code"], "NF_OK", "{}", facts.stdout);
    assert_eq!(facts.pairs()["instance_url"], stub.elsewhere_url());
    assert!(facts.stdout.contains("user belongs to https://127.0.0.1:"), "{}", facts.stdout);
    assert_eq!((stub.login_attempts(&User::demo().login), stub.elsewhere_requests().len()), (3, 1));
    assert_eq!(stub.secrets_in_url(), 0);
}

/// The login was sent to the first host.
#[test]
fn second_host_that_cannot_be_reached_does_not_hide_that_the_login_was_sent() {
    let (stub, call) = own_stub("closed");
    stub.move_users(Some(Place::Elsewhere));
    stub.close_elsewhere();
    let facts = trusting_elsewhere(&call, &stub).run();
    assert_eq!((facts.pairs()["code"], facts.pairs()["retry_after_ms"]), ("NF_CONNECT", "300000"), "{}", facts.stdout);
    assert!(!facts.pairs()["remedy"].contains("No Concur credentials were sent"), "{}", facts.stdout);
    assert_eq!(stub.requests().len(), 1);
}

/// The first call learns the user's host, the others begin there.
#[test]
fn client_asks_the_known_host_of_a_user_first() {
    let (stub, call) = own_stub("home");
    stub.move_users(Some(Place::Elsewhere));
    let facts = trusting_elsewhere(&call, &stub).with("calls", "3").run();
    assert!(!facts.stdout.contains("code=NF_WRONG") && facts.stdout.matches("code=NF_OK").count() == 3);
    assert_eq!((stub.requests().len(), stub.elsewhere_requests().len()), (1, 3));
}

#[test]
fn stored_token_is_refreshed_at_its_own_host_if_that_is_trusted() {
    let (stub, call) = own_stub("stored");
    let elsewhere = stub.elsewhere_url();
    let with_token = |service, scheme: &str| {
        let refresh = stub.issue_refresh_token(service, &User::demo().login).unwrap();
        call.clone().with("ask", "refresh").with("scheme", scheme).with("refresh_token", &refresh)
    };
    let bearer = || with_token(Service::OAuth2, "Bearer");

    let facts = bearer().with("instance_url", &elsewhere).run();
    assert_eq!(facts.pairs()["code"], "NF_WRONG_HOST", "{}", facts.stdout);
    assert!(facts.pairs()["message"].contains(&elsewhere), "{}", facts.stdout);
    assert_eq!((stub.request_count(), stub.elsewhere_requests().len()), (0, 0));

    for (call, at_service, at_elsewhere) in [
        (bearer(), 1, 0),
        (bearer().with("instance_url", &stub.base_url()), 2, 0),
        (trusting_elsewhere(&bearer().with("instance_url", &elsewhere), &stub), 2, 1),
        // The Native Flow asks at the base URL.
        (with_token(Service::Native, "OAuth").without("oauth2").with("instance_url", &elsewhere), 3, 1),
    ] {
        let facts = call.run();
        assert_eq!(facts.pairs()["code"], "NF_OK", "{}", facts.stdout);
        assert!(!facts.pairs()["refresh_token"].is_empty());
        assert_eq!((stub.requests().len(), stub.elsewhere_requests().len()), (at_service, at_elsewhere));
    }
    let revoke = bearer().with("ask", "revoke").with("value", "eyJ").with("instance_url", &elsewhere).run();
    assert_eq!(revoke.pairs()["code"], "NF_WRONG_HOST", "{}", revoke.stdout);
    assert_eq!(stub.elsewhere_requests().len(), 1);
}

/// A token that has expired at the service, by its clock.
#[test]
fn refresh_token_that_was_used_or_has_expired_is_reported() {
    let (stub, call) = own_stub("expired");
    for (service, scheme, code) in
        [(Service::OAuth2, "Bearer", "NF_REFRESH_EXPIRED"), (Service::Native, "OAuth", "NF_OK")]
    {
        let refresh = stub.issue_refresh_token(service, &User::demo().login).unwrap();
        let call = call.clone().with("ask", "refresh").with("scheme", scheme).with("refresh_token", &refresh);
        let call = if scheme == "OAuth" { call.without("oauth2") } else { call };
        assert_eq!(call.run().pairs()["code"], "NF_OK");
        let again = call.run();
        assert_eq!(again.pairs()["code"], code, "{}", again.stdout);
        let wrong = call.with("refresh_token", "unknown").run();
        assert_eq!(wrong.pairs()["code"], "NF_REFRESH_EXPIRED", "{}", wrong.stdout);
        assert_eq!(wrong.pairs()["retry_after_ms"], "-1");
    }
}

#[test]
fn company_token_and_application_token_are_received() {
    let (stub, call) = own_stub("company");
    let company = call.clone().by(&User::demo_company()).with("credential_type", "1");
    assert_eq!(company.run().pairs()["code"], "NF_OK");
    let facts = company.with("secret", "wrong").run();
    assert_eq!(facts.pairs()["code"], "NF_DENIED", "{}", facts.stdout);
    let facts = call.clone().with("ask", "application").run();
    assert_eq!((facts.pairs()["code"], facts.pairs()["refresh_token"]), ("NF_OK", ""), "{}", facts.stdout);
    let facts = call.with("ask", "application").with("client_secret", "wrong").run();
    assert_eq!(facts.pairs()["code"], "NF_BAD_CLIENT", "{}", facts.stdout);
    assert_eq!(stub.secrets_in_url(), 0);
}

#[test]
fn locked_account_is_reported_as_such() {
    let stub = Stub::start(Options { failures_allowed: Some(2), ..Options::default() }).unwrap();
    let ca = support::scratch("services").join("locked.pem");
    std::fs::write(&ca, stub.ca_pem()).unwrap();
    let call = Call::to(&stub.base_url()).with("ca", ca.to_str().unwrap()).with_oauth2();
    let wrong = call.clone().with("secret", "wrong");
    let codes: Vec<String> =
        [&wrong, &wrong, &call].map(|call| call.run().pairs()["code"].to_owned()).into_iter().collect();
    assert_eq!(codes, ["NF_DENIED", "NF_DENIED", "NF_ACCOUNT_LOCKED"]);
}

//! Every scenario of the stub ends in the expected code, through C and TLS, with every build.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use nativeflow_stub::{Service, User};

use crate::support::{self, Build, Call, Expected, chosen};

/// Lines that must be printed in addition to the code: see [`Expected`].
type Facts = &'static [&'static str];

const TOKEN: &str = "value=fdjhk2382kwkajsklwe8i3932kslswl";
/// 2034-06-01 08:00:00 UTC.
const EXPIRY: &str = "expires_at=2032761600";
const REFRESH: &str = "refresh_token=8ew$sefhj7s62ns94376nsjd62s";
const INSTANCE: &str = "instance_url=https://www.concursolutions.com/";
const WHOLE: Facts = &[TOKEN, EXPIRY, REFRESH, INSTANCE, "scheme=OAuth", "http_status=0", "retry_after_ms=-1"];
const WITHOUT_EXPIRY: Facts = &[TOKEN, REFRESH, INSTANCE, "expires_at=-1"];

const REFUSED: Facts = &[
    "http_status=403",
    "server_message=Access is denied for the given credentials.",
    "retry_after_ms=-1",
    "correlation_id~-",
];
const WITHHELD: Facts =
    &["http_status=403", "server_message=[withheld: the answer repeats a credential]", "correlation_id~-"];
const REFUSED_MUTELY: Facts = &["http_status=403", "server_message=", "retry_after_ms=-1", "remedy~Do not retry"];

const ARRIVING: &str = "message~Timeout while the response was arriving";
const RAISE: &str = "remedy~Raise the timeout (nf_options_set_timeout_ms). Wait 300 seconds, then retry.";

/// Scenario, code, lines. Scenarios that stall have a timeout of one second: see `limit`.
const TABLE: &[(&str, &str, Facts)] = &[
    // The error table of the protocol.
    ("denied", "NF_DENIED", REFUSED),
    ("denied-namespace", "NF_DENIED", REFUSED),
    ("denied-nested", "NF_DENIED", REFUSED),
    ("denied-json", "NF_DENIED", REFUSED),
    ("denied-json-message", "NF_DENIED", REFUSED),
    ("denied-json-content", "NF_DENIED", REFUSED),
    ("denied-empty", "NF_DENIED", REFUSED_MUTELY),
    ("denied-text", "NF_DENIED", REFUSED),
    (
        "denied-markup",
        "NF_DENIED",
        &["server_message~Access denied for this account: use another one & retry. X-Injected: yes"],
    ),
    ("denied-echo", "NF_DENIED", WITHHELD),
    ("denied-echo-encoded", "NF_DENIED", WITHHELD),
    ("denied-long", "NF_DENIED", &["server_message~denied. denied. denied."]),
    (
        "unauthorized",
        "NF_DENIED",
        &["http_status=401", "retry_after_ms=-1", "message~missing credentials", "remedy~Authorization header"],
    ),
    ("bad-request", "NF_SERVER_ERROR", &["http_status=400", "retry_after_ms=-1", "remedy~not in a loop"]),
    ("not-found", "NF_ENDPOINT_GONE", &["http_status=404", "retry_after_ms=-1", "server_message=No such resource."]),
    ("not-found-html", "NF_ENDPOINT_GONE", &["http_status=404", "server_message=404 - Not Found"]),
    ("gone", "NF_ENDPOINT_GONE", &["http_status=410", "message~410"]),
    ("busy", "NF_BUSY", &["http_status=429", "retry_after_ms=120000", "remedy~Wait 120 seconds, then retry."]),
    ("busy-zero", "NF_BUSY", &["retry_after_ms=5000", "remedy~Wait 5 seconds, then retry."]),
    ("busy-date", "NF_BUSY", &["retry_after_ms=90000"]),
    ("server-error", "NF_SERVER_ERROR", &["http_status=500", "retry_after_ms=300000", "message~500"]),
    ("bad-gateway", "NF_SERVER_ERROR", &["http_status=502", "retry_after_ms=300000", "message~502"]),
    ("maintenance", "NF_MAINTENANCE", &["http_status=503", "retry_after_ms=300000", "remedy~Wait 300 seconds"]),
    ("error-in-200", "NF_DENIED", &["http_status=200", "retry_after_ms=-1", "server_message~Access is denied"]),
    ("error-in-200-json", "NF_DENIED", &["http_status=200", "retry_after_ms=-1", "server_message~Access is denied"]),
    ("token-in-error", "NF_DENIED", &["http_status=200", "retry_after_ms=-1", "server_message~Access is denied"]),
    ("error-in-200-status", "NF_DENIED", &["http_status=200", "message~403"]),
    // Responses with a token.
    ("ok", "NF_OK", WHOLE),
    ("spelling", "NF_OK", WHOLE),
    ("lower-case", "NF_OK", WHOLE),
    ("namespaces", "NF_OK", WHOLE),
    ("json", "NF_OK", WHOLE),
    ("json-spelling", "NF_OK", WHOLE),
    ("echoed-request", "NF_OK", WHOLE),
    ("equal-tokens", "NF_OK", WHOLE),
    ("brackets-in-string", "NF_OK", WHOLE),
    ("no-instance-url", "NF_OK", &[TOKEN, EXPIRY, REFRESH, "instance_url="]),
    ("no-refresh-token", "NF_OK", &[TOKEN, EXPIRY, INSTANCE, "refresh_token="]),
    ("bom", "NF_OK", WHOLE),
    ("leading-blanks", "NF_OK", WHOLE),
    ("entities", "NF_OK", &["value=a&b+c/d==", "authorization=OAuth a&b+c/d==", "refresh_token=r$1&2+3/4"]),
    ("special-characters", "NF_OK", &["value=aB+/cd==$_x", "refresh_token=r+/=$&_%20?#"]),
    ("no-date", "NF_OK", WITHOUT_EXPIRY),
    ("unreadable-date", "NF_OK", &[TOKEN, REFRESH, INSTANCE, "expires_at=-1", "expiration_date=soon"]),
    ("midnight", "NF_OK", &[TOKEN, "expires_at=2051222400"]),
    ("noon", "NF_OK", &[TOKEN, "expires_at=2051265600"]),
    ("narrow-space", "NF_OK", WHOLE),
    // In lower case, as in cultures that write the day first: it may be the sixth of January.
    ("padded-date", "NF_OK", WITHOUT_EXPIRY),
    ("utf16", "NF_OK", WHOLE),
    ("utf16-be", "NF_OK", WHOLE),
    ("utf16-json", "NF_OK", WHOLE),
    ("latin1", "NF_OK", WHOLE),
    ("http10", "NF_OK", WHOLE),
    ("chunked", "NF_OK", WHOLE),
    ("continue", "NF_OK", WHOLE),
    ("early-hints", "NF_OK", WHOLE),
    ("at-limit", "NF_OK", WHOLE),
    ("instance-url-plain", "NF_OK", &[TOKEN, EXPIRY, REFRESH, "instance_url="]),
    ("instance-url-script", "NF_OK", &[TOKEN, EXPIRY, REFRESH, "instance_url="]),
    ("invalid-utf8-elsewhere", "NF_OK", WHOLE),
    ("slow", "NF_OK", WHOLE),
    // Until a wrong password has been received.
    ("locks", "NF_OK", WHOLE),
    // A complete token is accepted, even if the connection was not closed properly.
    ("truncated-body", "NF_DISCONNECTED", &["http_status=200", "retry_after_ms=300000"]),
    ("truncated-no-close-notify", "NF_DISCONNECTED", &["http_status=200"]),
    ("chunked-truncated", "NF_OK", WHOLE),
    ("content-length-long", "NF_OK", WHOLE),
    ("nested-in-limit", "NF_OK", &[TOKEN]),
    // Not a valid response.
    ("html-200", "NF_NOT_CONCUR", &["http_status=200", "server_message=SAP Concur: Sign In", "retry_after_ms=-1"]),
    (
        "html-503",
        "NF_NOT_CONCUR",
        &["http_status=503", "server_message=Scheduled maintenance", "retry_after_ms=300000"],
    ),
    ("html-403", "NF_NOT_CONCUR", &["http_status=403", "server_message=ERROR: Access Denied", "remedy~proxy"]),
    ("html-fragment", "NF_NOT_CONCUR", &["http_status=403", "remedy~proxy"]),
    ("redirect", "NF_REDIRECTED", &["http_status=302", "message~to https://127.0.0.1:", "retry_after_ms=-1"]),
    ("redirect-permanent", "NF_REDIRECTED", &["http_status=308"]),
    ("redirect-html", "NF_REDIRECTED", &["http_status=302"]),
    ("empty", "NF_MALFORMED", &["http_status=200", "message~empty"]),
    ("no-token", "NF_MALFORMED", &["message~no token"]),
    ("empty-token", "NF_MALFORMED", &["message~no token"]),
    ("token-line-end", "NF_MALFORMED", &["message~characters"]),
    ("token-with-type", "NF_MALFORMED", &["message~no token"]),
    ("json-number-token", "NF_MALFORMED", &["message~no token"]),
    ("two-tokens", "NF_MALFORMED", &["message~two different values of one name)", "message~.ashx: Token"]),
    ("json-two-spellings", "NF_MALFORMED", &["message~two different values of one name)", "message~.ashx: Token"]),
    (
        "two-dates",
        "NF_MALFORMED",
        &["message~two different values of one name)", "message~: Expiration_Date", "retry_after_ms=-1"],
    ),
    ("other-xml", "NF_MALFORMED", &["message~no token"]),
    ("text", "NF_MALFORMED", &["message~no token", "server_message="]),
    ("garbled", "NF_MALFORMED", &["server_message="]),
    ("namespaces-deep", "NF_MALFORMED", &["message~attributes"]),
    ("truncated-xml", "NF_MALFORMED", &["message~XML is not well-formed)", "message~it ends early, at line"]),
    ("content-length-short", "NF_MALFORMED", &["message~XML is not well-formed"]),
    ("content-length-bad", "NF_MALFORMED", &["message~HTTP"]),
    ("too-large", "NF_TOO_LARGE", &["http_status=200", "message~64 KiB"]),
    ("drip-gibibyte", "NF_TOO_LARGE", &[]),
    ("nested", "NF_TOO_LARGE", &[]),
    ("dtd", "NF_MALFORMED", &["message~document type"]),
    ("billion-laughs", "NF_MALFORMED", &["message~document type"]),
    ("xxe", "NF_MALFORMED", &["message~document type"]),
    ("invalid-utf8", "NF_MALFORMED", &["message~characters"]),
    ("gzip", "NF_MALFORMED", &["message~compressed"]),
    ("huge-header", "NF_TOO_LARGE", &["message~headers"]),
    ("many-headers", "NF_TOO_LARGE", &["message~headers"]),
    ("hang-up", "NF_DISCONNECTED", &["http_status=0", "retry_after_ms=300000"]),
    ("reset", "NF_DISCONNECTED", &["http_status=0"]),
    ("not-http", "NF_MALFORMED", &["message~HTTP"]),
    (
        "drip-slow",
        "NF_TIMEOUT",
        &["http_status=200", "retry_after_ms=300000", "message~1000 ms, receiving", ARRIVING, RAISE],
    ),
    ("drip-headers", "NF_TIMEOUT", &["http_status=0", ARRIVING, RAISE]),
    ("silence-after-accept", "NF_TIMEOUT", &["http_status=0", "message~TLS handshake"]),
    ("silence-after-tls", "NF_TIMEOUT", &["http_status=0", "message~waiting for the response"]),
    ("silence-after-headers", "NF_TIMEOUT", &["http_status=200", ARRIVING, RAISE]),
];

/// The token of the documented response of the OAuth 2.0 service. Its `expires_in` counts from now on.
const OAUTH2_WHOLE: Facts =
    &[TOKEN, REFRESH, "scheme=Bearer", "refresh_expires_at=2032761600", "instance_url~https://localhost"];
const OAUTH2_WITHOUT_URL: Facts = &[TOKEN, REFRESH, "instance_url="];
const OAUTH2_WITHOUT_EXPIRY: Facts = &[TOKEN, REFRESH, "expires_at=-1"];
const OAUTH2_ELSEWHERE: Facts = &["scheme=Bearer", "instance_url~https://127.0.0.1:"];

/// The scenarios of the OAuth 2.0 service alone, and those of `TABLE` that end in another code there.
const OAUTH2_TABLE: &[(&str, &str, Facts)] = &[
    ("nested-in-limit", "NF_MALFORMED", &["message~Native Flow"]),
    ("oauth2-code-5", "NF_DENIED", &["server_code=5", "remedy~client secret", "remedy~.uat", "retry_after_ms=-1"]),
    ("oauth2-code-19", "NF_DENIED", &["server_code=19", "retry_after_ms=-1"]),
    ("oauth2-code-100", "NF_DENIED", &["server_code=100", "retry_after_ms=-1"]),
    ("oauth2-code-61", "NF_BAD_CLIENT", &["server_code=61", "remedy~.uat", "retry_after_ms=-1"]),
    ("oauth2-code-64", "NF_BAD_CLIENT", &["server_code=64", "remedy~implementation", "retry_after_ms=-1"]),
    ("oauth2-code-10", "NF_ACCOUNT_DISABLED", &["server_code=10", "retry_after_ms=-1"]),
    ("oauth2-code-11", "NF_ACCOUNT_DISABLED", &["server_code=11", "retry_after_ms=-1"]),
    ("oauth2-code-12", "NF_DENIED", &["server_code=12", "retry_after_ms=-1"]),
    ("oauth2-code-13", "NF_DENIED", &["server_code=13", "retry_after_ms=-1"]),
    ("oauth2-code-14", "NF_ACCOUNT_LOCKED", &["server_code=14", "remedy~unlock", "retry_after_ms=-1"]),
    ("oauth2-code-20", "NF_NOT_ALLOWED", &["server_code=20", "message~IP address", "retry_after_ms=-1"]),
    ("oauth2-code-21", "NF_NOT_ALLOWED", &["server_code=21", "message~single sign-on", "retry_after_ms=-1"]),
    ("oauth2-code-53", "NF_NOT_ALLOWED", &["server_code=53", "message~Company", "retry_after_ms=-1"]),
    ("oauth2-code-59", "NF_BAD_CLIENT", &["server_code=59", "retry_after_ms=-1"]),
    ("oauth2-code-60", "NF_NOT_ALLOWED", &["server_code=60", "remedy~grant", "retry_after_ms=-1"]),
    ("oauth2-code-54", "NF_NOT_ALLOWED", &["server_code=54", "message~scope", "retry_after_ms=-1"]),
    ("oauth2-code-107", "NF_REFRESH_EXPIRED", &["server_code=107", "retry_after_ms=-1"]),
    ("oauth2-code-108", "NF_REFRESH_EXPIRED", &["server_code=108", "retry_after_ms=-1"]),
    ("oauth2-code-123", "NF_ACCOUNT_DISABLED", &["server_code=123", "retry_after_ms=-1"]),
    ("oauth2-code-136", "NF_DENIED", &["server_code=136", "message~request token", "retry_after_ms=-1"]),
    ("oauth2-code-134", "NF_MAINTENANCE", &["server_code=134", "retry_after_ms=300000"]),
    ("oauth2-code-139", "NF_PASSWORD_EXPIRED", &["server_code=139", "retry_after_ms=-1"]),
    ("oauth2-code-51", "NF_SERVER_ERROR", &["server_code=51", "retry_after_ms=-1"]),
    ("oauth2-code-52", "NF_SERVER_ERROR", &["server_code=52", "retry_after_ms=-1"]),
    ("oauth2-code-62", "NF_SERVER_ERROR", &["server_code=62", "retry_after_ms=-1"]),
    ("oauth2-code-63", "NF_SERVER_ERROR", &["server_code=63", "retry_after_ms=-1"]),
    ("oauth2-code-65", "NF_SERVER_ERROR", &["server_code=65", "retry_after_ms=-1"]),
    ("oauth2-code-106", "NF_SERVER_ERROR", &["server_code=106", "retry_after_ms=-1"]),
    ("oauth2-code-120", "NF_SERVER_ERROR", &["server_code=120", "retry_after_ms=-1"]),
    ("oauth2-code-135", "NF_SERVER_ERROR", &["server_code=135", "retry_after_ms=-1"]),
    ("oauth2-code-unknown", "NF_DENIED", &["server_code=9999", "retry_after_ms=-1"]),
    ("oauth2-error", "NF_DENIED", &["server_code=-1", "retry_after_ms=-1"]),
    ("oauth2-error-client", "NF_BAD_CLIENT", &["server_code=-1", "http_status=401"]),
    ("oauth2-error-request", "NF_SERVER_ERROR", &["message~malformed", "retry_after_ms=-1"]),
    ("oauth2-error-scope", "NF_NOT_ALLOWED", &["message~scope"]),
    ("oauth2-error-grant-type", "NF_NOT_ALLOWED", &["remedy~grant"]),
    ("oauth2-error-unknown", "NF_DENIED", &["http_status=403", "message~client secret", "retry_after_ms=-1"]),
    ("oauth2-error-echo", "NF_DENIED", &["server_message=[withheld: the answer repeats a credential]"]),
    ("oauth2-code-without-geolocation", "NF_DENIED", &["server_code=5"]),
    ("oauth2-number", "NF_OK", OAUTH2_WHOLE),
    ("oauth2-expiry-zero", "NF_OK", OAUTH2_WHOLE),
    ("oauth2-expiry-negative", "NF_OK", OAUTH2_WITHOUT_EXPIRY),
    ("oauth2-expiry-fraction", "NF_OK", OAUTH2_WITHOUT_EXPIRY),
    ("oauth2-expiry-null", "NF_OK", OAUTH2_WITHOUT_EXPIRY),
    ("oauth2-expiry-ten-years", "NF_OK", OAUTH2_WITHOUT_EXPIRY),
    ("oauth2-expiry-huge", "NF_OK", OAUTH2_WITHOUT_EXPIRY),
    ("oauth2-refresh-expiry-string", "NF_OK", OAUTH2_WHOLE),
    ("oauth2-refresh-expiry-past", "NF_OK", &[TOKEN, REFRESH, "refresh_expires_at=-1"]),
    ("oauth2-refresh-expiry-huge", "NF_OK", &[TOKEN, REFRESH, "refresh_expires_at=-1"]),
    ("oauth2-refresh-expiry-missing", "NF_OK", &[TOKEN, REFRESH, "refresh_expires_at=-1"]),
    ("oauth2-token-type", "NF_OK", OAUTH2_WHOLE),
    ("oauth2-token-type-other", "NF_OK", OAUTH2_WHOLE),
    ("oauth2-token-type-missing", "NF_OK", OAUTH2_WHOLE),
    ("oauth2-upper-case", "NF_MALFORMED", &["message~no token"]),
    ("oauth2-nested", "NF_MALFORMED", &["message~no token"]),
    ("oauth2-refresh-repeated", "NF_OK", &["scheme=Bearer"]),
    ("oauth2-refresh-omitted", "NF_OK", &["scheme=Bearer"]),
    ("oauth2-geolocation-case", "NF_OK", OAUTH2_WHOLE),
    ("oauth2-geolocation-url", "NF_OK", OAUTH2_WHOLE),
    ("oauth2-geolocation-elsewhere", "NF_OK", OAUTH2_ELSEWHERE),
    ("oauth2-geolocation-concur", "NF_OK", OAUTH2_WITHOUT_URL),
    ("oauth2-geolocation-foreign", "NF_OK", OAUTH2_WITHOUT_URL),
    ("oauth2-geolocation-suffix", "NF_OK", OAUTH2_WITHOUT_URL),
    ("oauth2-geolocation-user-info", "NF_OK", OAUTH2_WITHOUT_URL),
    ("oauth2-geolocation-empty", "NF_OK", OAUTH2_WITHOUT_URL),
    ("oauth2-geolocation-host", "NF_OK", OAUTH2_WITHOUT_URL),
    ("oauth2-elsewhere", "NF_OK", OAUTH2_ELSEWHERE),
    ("oauth2-elsewhere-case", "NF_OK", OAUTH2_ELSEWHERE),
    ("oauth2-elsewhere-url", "NF_OK", OAUTH2_ELSEWHERE),
    ("oauth2-two-hops", "NF_WRONG_HOST", &["server_code=16", "message~https://localhost:"]),
    ("oauth2-elsewhere-here", "NF_WRONG_HOST", &["server_code=16", "message~host that was asked"]),
    ("oauth2-elsewhere-missing", "NF_WRONG_HOST", &["server_code=16", "message~did not name"]),
    ("oauth2-elsewhere-empty", "NF_WRONG_HOST", &["server_code=16", "message~did not name"]),
    ("oauth2-elsewhere-garbled", "NF_WRONG_HOST", &["server_code=16", "message~not a valid address"]),
    ("oauth2-elsewhere-http", "NF_WRONG_HOST", &["server_code=16", "message~http://127.0.0.1:"]),
    ("oauth2-elsewhere-user-info", "NF_WRONG_HOST", &["server_code=16", "message~not a valid address"]),
    ("oauth2-elsewhere-concur", "NF_WRONG_HOST", &["message~https://us2.api.concursolutions.com"]),
    ("oauth2-elsewhere-port", "NF_WRONG_HOST", &["message~https://us2.api.concursolutions.com:8443"]),
    ("oauth2-elsewhere-host", "NF_WRONG_HOST", &["message~https://login.example", "remedy~nf_options_allow_host"]),
    ("oauth2-elsewhere-address", "NF_WRONG_HOST", &["message~https://203.0.113.7"]),
    ("oauth2-elsewhere-suffix", "NF_WRONG_HOST", &["message~https://concursolutions.com.evil.example"]),
    ("oauth2-elsewhere-label", "NF_WRONG_HOST", &["message~https://evilconcursolutions.com"]),
    ("oauth2-elsewhere-concur-user", "NF_WRONG_HOST", &["message~not a valid address"]),
];

/// Every scenario of a service and the code that it ends in.
pub(crate) fn codes(service: Service) -> Vec<(&'static str, &'static str)> {
    rows(service).into_iter().map(|(scenario, code, _)| (scenario, code)).collect()
}

/// Returns the rows of a service. Both services share the scenarios of `TABLE`: they have the same code, status and
/// retry time.
fn rows(service: Service) -> Vec<(&'static str, &'static str, Vec<&'static str>)> {
    let row = |&(scenario, code, facts): &(&'static str, &'static str, Facts)| (scenario, code, facts.to_vec());
    match service {
        Service::Native => TABLE.iter().map(row).collect(),
        Service::OAuth2 => {
            let has_own = |scenario: &str| OAUTH2_TABLE.iter().any(|own| own.0 == scenario);
            let shared = TABLE.iter().filter(|row| !has_own(row.0)).map(|&(scenario, code, facts)| {
                let is_shared = |fact: &&str| fact.starts_with("http_status=") || fact.starts_with("retry_after_ms=");
                let mut facts: Vec<_> = facts.iter().copied().filter(is_shared).collect();
                if code == "NF_OK" {
                    facts.push("scheme=Bearer");
                }
                (scenario, code, facts)
            });
            shared.chain(OAUTH2_TABLE.iter().map(row)).collect()
        }
    }
}

/// The timeout of a call in ms: short if the call must end by it, long if it must not.
fn limit(code: &str) -> Duration {
    Duration::from_millis(if code == "NF_TIMEOUT" { 1_000 } else { 60_000 })
}

/// Additional time of a call after its deadline: to start the program, and to read its last block on a busy machine.
const GRACE: Duration = Duration::from_secs(3);

fn against(build: Build, service: Service) {
    let (stub, _) = support::stub();
    let wrong = Mutex::new(Vec::new());
    let rows = Mutex::new(chosen(rows(service), |row| row.0.to_owned()).into_iter());
    // Most calls only wait, so many run at once.
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let program = Call::program(build);
                loop {
                    let Some((scenario, code, facts)) = rows.lock().unwrap().next() else { return };
                    let limit = limit(code);
                    let call = match service {
                        Service::Native => Call::to(&stub.scenario_url(scenario)),
                        Service::OAuth2 => Call::to(&stub.scenario_url(scenario)).with_oauth2(),
                    };
                    let elsewhere = stub.elsewhere_url();
                    let call = call.with("allow_host", elsewhere.trim_start_matches("https://"));
                    let result = call.with("timeout_ms", &limit.as_millis().to_string()).run_on(&program);
                    support::proved("scenarios", format!("{scenario} ({service:?})"));
                    let mut faults = Expected { code, lines: &facts }.differences(&result);
                    if code != "NF_OK" {
                        faults.extend(unnamed(&result.pairs(), scenario, service));
                    }
                    if code == "NF_TIMEOUT" && result.took > limit + GRACE {
                        faults.push(format!("took {:?}, the limit is {limit:?}", result.took));
                    }
                    if !faults.is_empty() {
                        wrong.lock().unwrap().push(format!("{scenario} ({build}): {}", faults.join("\n")));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Facts that no message leaves out: the place, from the request on, and the pause, if the remedy is to wait.
fn unnamed(pairs: &HashMap<&str, &str>, scenario: &str, service: Service) -> Vec<String> {
    let (message, remedy) = (pairs["message"], pairs["remedy"]);
    let path = match service {
        Service::Native => "/net2/oauth2/accesstoken.ashx",
        Service::OAuth2 => "/oauth2/v0/token",
    };
    let place = format!("/scenario/{scenario}{path}");
    let mut faults = Vec::new();
    let names = message.split(": ").filter(|part| part.starts_with("localhost:") && part.ends_with(&place)).count();
    // No request was sent in this one.
    if names != usize::from(scenario != "silence-after-accept") {
        faults.push(format!("the place is named {names} times: {message}"));
    }
    let wait = remedy.split_once("Wait ").and_then(|(_, rest)| rest.split_once(" seconds, then retry."));
    if wait.is_some_and(|(seconds, _)| format!("{seconds}000") != pairs["retry_after_ms"]) {
        faults.push(format!("the pause is {} ms: {remedy}", pairs["retry_after_ms"]));
    }
    faults
}

#[test]
fn every_scenario_of_the_stub_is_in_the_table_once() {
    for service in [Service::Native, Service::OAuth2] {
        let scenarios = nativeflow_stub::scenarios().iter().filter(|scenario| scenario.is_for(service));
        let mut offered: Vec<&str> = scenarios.map(|scenario| scenario.name).collect();
        let mut tested: Vec<&str> = codes(service).into_iter().map(|row| row.0).collect();
        offered.sort_unstable();
        tested.sort_unstable();
        assert_eq!(tested, offered, "{service:?}");
    }
}

#[test]
fn shared() {
    against(Build::Shared, Service::Native);
}

#[test]
fn shared_with_oauth2() {
    against(Build::Shared, Service::OAuth2);
}

#[test]
fn static_library() {
    against(Build::Static, Service::Native);
}

#[test]
#[ignore = "slow"]
fn library_without_unwinding() {
    against(Build::PanicAbort, Service::Native);
    against(Build::PanicAbort, Service::OAuth2);
}

/// The stub itself checks credentials: it rejects all wrong ones in the same way, and unusual ones arrive unchanged.
#[test]
fn credentials_arrive_unchanged() {
    let (stub, _) = support::stub();
    let demo = User::demo();
    let long = "0123456789".repeat(30);
    for (key, login, secret, code) in [
        (demo.key.as_str(), demo.login.as_str(), demo.secret.as_str(), "NF_OK"),
        (&demo.key, &demo.login, "wrong", "NF_DENIED"),
        (&demo.key, "unknown@example.com", &demo.secret, "NF_DENIED"),
        ("wrong", &demo.login, &demo.secret, "NF_DENIED"),
        (&demo.key, &demo.login, "", "NF_DENIED"),
        (&demo.key, "no.password@example.com", "", "NF_OK"),
        (&demo.key, "jürgen.müller@example.com", "Paßwort: 東京 ✓", "NF_OK"),
        (&demo.key, "long.password@example.com", &long, "NF_OK"),
    ] {
        for base in [stub.base_url(), stub.plain_url()] {
            let user = User { key: key.to_owned(), login: login.to_owned(), secret: secret.to_owned() };
            let facts = Call::to(&base).by(&user).run();
            assert_eq!(facts.pairs()["code"], code, "{base} {}", facts.stdout);
        }
    }
}

/// The library does not repeat a rejected login: the third call is the third wrong password.
#[test]
fn login_locked_by_wrong_passwords_is_denied_with_the_right_one() {
    let stub = nativeflow_stub::Stub::start(nativeflow_stub::Options::default()).unwrap();
    let ca = support::scratch("scenarios").join("locks.pem");
    std::fs::write(&ca, stub.ca_pem()).unwrap();
    let call = Call::to(&stub.scenario_url("locks")).with("ca", ca.to_str().unwrap());
    let wrong = call.clone().with("secret", "wrong");
    let denied = Expected { code: "NF_DENIED", lines: REFUSED };
    let granted = Expected { code: "NF_OK", lines: WHOLE };
    for (number, (call, expected)) in
        [(&wrong, denied), (&wrong, denied), (&call, granted), (&wrong, denied), (&call, denied)].iter().enumerate()
    {
        let differences = expected.differences(&call.run());
        assert!(differences.is_empty(), "call {number}: {}", differences.join("\n"));
    }
    assert_eq!(stub.requests().len(), 5);
}

/// Concur requires TLS 1.2 or later. Every other test uses TLS 1.3.
#[test]
fn tls_1_2_is_accepted() {
    let stub =
        nativeflow_stub::Stub::start(nativeflow_stub::Options { only_tls12: true, ..Default::default() }).unwrap();
    let ca = support::scratch("scenarios").join("tls12.pem");
    std::fs::write(&ca, stub.ca_pem()).unwrap();
    for (scenario, code) in [
        ("ok", "NF_OK"),
        ("at-limit", "NF_OK"),
        ("denied", "NF_DENIED"),
        ("slow", "NF_OK"),
        ("hang-up", "NF_DISCONNECTED"),
    ] {
        let facts = Call::to(&stub.scenario_url(scenario)).with("ca", ca.to_str().unwrap()).run();
        assert_eq!(facts.pairs()["code"], code, "{}", facts.stdout);
    }
}

/// A handshake message of several records.
#[test]
fn certificate_with_a_thousand_names_is_accepted() {
    let host_names = (0..1_000).map(|number| format!("host-number-{number}.subsidiary.example.com")).collect();
    let stub = nativeflow_stub::Stub::start(nativeflow_stub::Options { host_names, ..Default::default() }).unwrap();
    let ca = support::scratch("scenarios").join("many-names.pem");
    std::fs::write(&ca, stub.ca_pem()).unwrap();
    let facts = Call::to(&stub.base_url()).with("ca", ca.to_str().unwrap()).run();
    assert_eq!(facts.pairs()["code"], "NF_OK", "{}", facts.stdout);
}

#[test]
fn server_that_is_not_trusted_receives_nothing() {
    let (stub, _) = support::stub();
    let (own, silent) = (stub.base_url(), stub.plain_url().replace("http://", "https://"));
    let elsewhere = format!("https://127.0.0.2:{}", own.rsplit(':').next().unwrap());
    let unknown_host = "https://does-not-exist.invalid".to_owned();
    let other_ca = support::scratch("scenarios").join("other-ca.pem");
    let other = nativeflow_stub::Stub::start(nativeflow_stub::Options::default()).unwrap();
    std::fs::write(&other_ca, other.ca_pem()).unwrap();
    let other_ca = other_ca.to_str().unwrap();
    let trusting_the_system = |url: &str| Call::to(url).without("ca");
    for (url, call, code, part) in [
        // The root certificates of the operating system do not contain that of the stub.
        (&own, trusting_the_system(&own), "NF_TLS_UNTRUSTED", "not trusted"),
        (&own, Call::to(&own).with("ca", other_ca), "NF_TLS_UNTRUSTED", "not trusted"),
        (&elsewhere, Call::to(&elsewhere), "NF_CONNECT", "127.0.0.2"),
        (&silent, Call::to(&silent), "NF_TLS", "does not use TLS"),
        (&unknown_host, Call::to(&unknown_host), "NF_DNS", "does-not-exist.invalid"),
    ] {
        let facts = call.with("timeout_ms", "10000").run();
        let pairs = facts.pairs();
        assert_eq!(pairs["code"], code, "{url}: {}", facts.stdout);
        assert!(pairs["message"].contains(part), "{url}: {}", facts.stdout);
        assert_eq!(pairs["http_status"], "0");
    }
}

//! The OAuth 2.0 service, if it names another host for a user or a token.

use nativeflow_stub::{Options, Place, Service, Stub, User};

use super::Row;
use crate::support::{self, Call};

const PEER: &str = "OAuth 2.0 service";

pub fn rows() -> Vec<Row> {
    vec![
        Row::new(
            (PEER, "user belongs to another host, which is allowed", "NF_OK"),
            &["instance_url~127.0.0.1"],
            || {
                let (stub, call) = moved("allowed");
                allowing(call, &stub).run()
            },
        ),
        Row::new(
            (PEER, "user belongs to another host, which is not allowed", "NF_WRONG_HOST"),
            &["server_code=16", "message~https://127.0.0.1:", "remedy~nf_options_allow_host", "retry_after_ms=-1"],
            || moved("unknown").1.run(),
        ),
        Row::new(
            (PEER, "user belongs to another host, which refuses connections", "NF_CONNECT"),
            &["message~127.0.0.1", "http_status=0", "retry_after_ms=300000"],
            || {
                let (stub, call) = moved("closed");
                stub.close_elsewhere();
                allowing(call, &stub).run()
            },
        ),
        Row::new((PEER, "user belongs to the host that was asked", "NF_WRONG_HOST"), &["server_code=16"], || {
            let (stub, call) = moved("same");
            call.with("url", &stub.scenario_url("oauth2-elsewhere-here")).run()
        }),
        Row::new(
            (PEER, "refresh token belongs to a host that is not allowed", "NF_WRONG_HOST"),
            &["http_status=0"],
            || {
                let (stub, call) = moved("token");
                let token = stub.issue_refresh_token(Service::OAuth2, &User::demo().login).unwrap();
                let call = call.with("ask", "refresh").with("scheme", "Bearer").with("refresh_token", &token);
                call.with("instance_url", &stub.elsewhere_url()).run()
            },
        ),
    ]
}

/// A stub whose users belong to its other address, and a call to it.
fn moved(name: &str) -> (Stub, Call) {
    let stub = Stub::start(Options::default()).unwrap();
    stub.move_users(Some(Place::Elsewhere));
    let ca = support::scratch("second-host").join(format!("{name}.pem"));
    std::fs::write(&ca, stub.ca_pem()).unwrap();
    let call = Call::to(&stub.base_url()).with("ca", ca.to_str().unwrap()).with_oauth2();
    (stub, call)
}

fn allowing(call: Call, stub: &Stub) -> Call {
    call.with("allow_host", stub.elsewhere_url().trim_start_matches("https://"))
}

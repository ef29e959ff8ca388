//! Third-party clients of Concur get a token from the stub, so the stub is a mock server for them too.

use std::io::Write as _;
use std::process::Stdio;

use nativeflow_stub::User;

use crate::support::{self, needs, outside_cargo, root};

/// Key, login and secret are three lines of standard input.
const GET_TOKEN: &str = r#"
const concur = require(process.argv[1]);
const [consumerKey, username, password] = require("fs").readFileSync(0, "utf8").split("\n");
concur.oauth.native({ consumerKey, username, password }).then(
    (token) => console.log(`${token.value} ${token.instanceUrl} ${token.expiration} ${token.refreshToken}`),
    (error) => console.log(error.error ?? error.message),
);
"#;

/// concur-platform 0.3.9 requests JSON and reads no other format.
#[test]
fn official_javascript_sdk_gets_a_token_or_a_rejection() {
    const SDK: &str = "target/concur-platform/node_modules/concur-platform";
    needs!("target/hosts/bin/node", SDK);
    let (stub, ca) = support::stub();
    let user = User::demo();
    let run = |base: &str, secret: &str| {
        let mut node = outside_cargo(root().join("target/hosts/bin/node").to_str().unwrap());
        node.args(["--no-deprecation", "--eval", GET_TOKEN]).arg(root().join(SDK));
        node.env("CONCUR_BASE_URI", base).env("NODE_EXTRA_CA_CERTS", ca).env("NO_PROXY", "*");
        let mut node = node.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut input = node.stdin.take().unwrap();
        write!(input, "{}\n{}\n{secret}\n", user.key, user.login).unwrap();
        drop(input);
        String::from_utf8(node.wait_with_output().unwrap().stdout).unwrap()
    };

    let documented = "fdjhk2382kwkajsklwe8i3932kslswl https://www.concursolutions.com/ 6/1/2034 8:00:00 AM 8ew$sefhj7s62ns94376nsjd62s\n";
    assert_eq!(run(&stub.scenario_url("ok"), &user.secret), documented);
    let fresh = run(&stub.base_url(), &user.secret);
    assert!(fresh.contains(&format!(" {}/ ", stub.base_url())), "{fresh}");
    let refused = run(&stub.base_url(), "wrong");
    assert!(refused.ends_with("returned HTTP status code 403\n"), "{refused}");
}

//! The batch in Go does the same as the one in C.

use super::{Place, rows};
use crate::batch::check;
use crate::support::is_everything_tested;

/// The retry takes five seconds, and Go's compiler takes longer.
#[test]
#[ignore = "slow"]
fn go_batch_does_what_the_c_batch_does() {
    let place = Place::new("batch");
    let gos = rows::HOSTS.iter().filter(|host| host.folder == "go");
    let here: Vec<_> = gos.filter(|host| place.version(host).is_some()).collect();
    assert!(!here.is_empty() || !is_everything_tested(), "missing: Go");
    for host in here {
        let work = place.build(host);
        check(|| place.program(host, &work, &["./batch"], &[]));
    }
}

//! Why a login is not sent, and the error for it.

use std::time::Duration;

use crate::clock::Ticks;
use crate::error::{Cause, Code, Error};

/// A hold: a login is not sent, because of what happened before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hold {
    pub(super) why: Why,
    /// The code of the failure that began it.
    pub(super) code: Code,
    pub(super) since: Ticks,
    /// `None`: until it is cleared.
    pub(super) until: Option<Ticks>,
}

/// How to lift a hold.
const LIFT: &str = "To send it once more now, clear the hold of the client (nf_client_clear_hold) or of the session (nf_session_clear_hold).";

/// The reason of a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// The same secret was refused.
    Refused,
    /// The same secret, which was never accepted, got no response twice.
    NeverAnswered,
    /// The same secret got no response.
    Unanswered,
    /// Different secrets of the user were refused.
    ManySecrets,
    /// The client ID or the client secret was refused.
    Client,
    /// Different users were refused with a key that was never accepted.
    Key,
}

impl Hold {
    /// Returns the error of a call that is not sent now.
    pub(super) fn error(&self, now: Ticks) -> Error {
        let cause = match self.why {
            Why::Refused => Cause::HeldBack,
            Why::NeverAnswered => Cause::HeldBackUnanswered,
            Why::Unanswered => Cause::LoginPaused,
            Why::ManySecrets => Cause::SecretsHeldBack,
            Why::Client => Cause::ClientHeldBack,
            Why::Key => Cause::KeyHeldBack,
        };
        // The other causes have no pause: a person must act, although the hold ends.
        let rest = self.until.map(|until| until.since(now));
        let when = ago(now.since(self.since));
        let error = Error::new(cause).detail(format_args!("{}, {when}", self.code.name()));
        error.advise(LIFT).retry_after(rest).unsent()
    }
}

fn ago(time: Duration) -> String {
    match time.as_secs() {
        seconds @ ..120 => format!("{seconds} s ago"),
        seconds @ ..7200 => format!("{} min ago", seconds / 60),
        seconds => format!("{} h ago", seconds / 3600),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Hold, Why, ago};
    use crate::clock::Ticks;
    use crate::error::Code;

    #[test]
    fn error_names_the_first_code_its_time_and_the_way_to_lift_the_hold() {
        let now = Ticks::default().after(Duration::from_secs(1000));
        for (why, rest) in [
            (Why::Refused, None),
            (Why::NeverAnswered, None),
            (Why::Unanswered, Some(Duration::from_secs(7))),
            (Why::ManySecrets, Some(Duration::from_secs(7))),
            (Why::Client, None),
            (Why::Key, None),
        ] {
            let until = Some(now.after(Duration::from_secs(7)));
            let error = Hold { why, code: Code::Denied, since: Ticks::default(), until }.error(now);
            assert_eq!((error.code(), error.pause()), (Code::HeldBack, rest), "{error}");
            assert!(error.message().ends_with(": NF_DENIED, 16 min ago"), "{error}");
            let remedy = error.remedy();
            assert!(remedy.contains("(nf_session_clear_hold)") && remedy.contains("(nf_client_clear_hold)"), "{error}");
            assert!(remedy.ends_with(" No Concur credentials were sent."), "{error}");
        }
    }

    #[test]
    fn age_is_in_the_unit_that_fits() {
        for (seconds, text) in [
            (0, "0 s ago"),
            (119, "119 s ago"),
            (120, "2 min ago"),
            (7199, "119 min ago"),
            (7200, "2 h ago"),
            (u64::MAX, "5124095576030431 h ago"),
        ] {
            assert_eq!(ago(Duration::from_secs(seconds)), text);
        }
    }
}

//! The error that every function of this crate returns: a cause from one table, with its code, and the facts of the case.
//!
//! | question | module |
//! |---|---|
//! | the numbers and names of the C interface | `code` |
//! | all causes, with code, retry, message and remedy | `cause` |

mod cause;
mod code;

pub(crate) use cause::Cause;
pub use code::Code;

use std::fmt;
use std::time::Duration;

use crate::call_facts::CallFacts;
use crate::redact::one_line;
use cause::PAUSE;

/// The reason why a call failed, and what to do about it.
#[derive(Clone)]
pub struct Error(Box<Facts>);

/// Boxed, because every layer moves `Result<_, Error>`.
#[derive(Clone)]
struct Facts {
    cause: Cause,
    /// The other end: host and port, after the request also the path.
    place: String,
    detail: String,
    /// Sentences of the remedy for this case alone.
    advice: String,
    http_status: Option<u16>,
    server_message: String,
    correlation_id: String,
    /// The error number of the OAuth 2.0 service.
    server_code: Option<i32>,
    /// Whether a byte of the request was sent; `None`: unknown, or not applicable.
    is_sent: Option<bool>,
    /// The pause that the server requested.
    requested_pause: Option<Duration>,
    /// The call that failed.
    call: CallFacts,
}

/// The last sentence of a remedy, if it is certainly true.
const NOTHING_SENT: &str = " No Concur credentials were sent.";

impl Error {
    pub(crate) fn new(cause: Cause) -> Error {
        Error(Box::new(Facts {
            cause,
            place: String::new(),
            detail: String::new(),
            advice: String::new(),
            http_status: None,
            server_message: String::new(),
            correlation_id: String::new(),
            server_code: None,
            is_sent: None,
            requested_pause: None,
            call: CallFacts::default(),
        }))
    }

    /// Replaces the cause. The facts stay.
    pub(crate) fn map_cause(mut self, change: impl FnOnce(Cause) -> Cause) -> Error {
        self.0.cause = change(self.0.cause);
        self
    }

    /// Adds the facts of this case. They must not contain a secret. Text from a server is reduced to one line.
    pub(crate) fn detail(mut self, detail: impl fmt::Display) -> Error {
        self.0.detail = line(&detail);
        self
    }

    /// Sets the address that the message names, unless a layer below has set it. It must not contain a query.
    pub(crate) fn at(mut self, place: impl fmt::Display) -> Error {
        if self.0.place.is_empty() {
            self.0.place = line(&place);
        }
        self
    }

    /// Adds a sentence to the remedy. It must not contain a secret.
    pub(crate) fn advise(mut self, sentence: &str) -> Error {
        self.0.advice.push(' ');
        self.0.advice.push_str(sentence);
        self
    }

    pub(crate) fn answered(mut self, status: u16, correlation_id: String, server_message: String) -> Error {
        self.0.http_status = Some(status);
        self.0.correlation_id = correlation_id;
        self.0.server_message = server_message;
        self
    }

    /// Sets the error number of the OAuth 2.0 service.
    pub(crate) fn numbered(mut self, server_code: Option<i32>) -> Error {
        self.0.server_code = server_code;
        self
    }

    /// Sets whether a byte of the request was sent. The last sentence of the remedy and the pause depend on this alone.
    pub(crate) fn request_sent(mut self, is_sent: bool) -> Error {
        self.0.is_sent = Some(is_sent);
        self
    }

    /// Returns whether a byte of the request was sent; `None`: unknown, or not applicable.
    pub(crate) fn request_was_sent(&self) -> Option<bool> {
        self.0.is_sent
    }

    pub(crate) fn cause(&self) -> Cause {
        self.0.cause
    }

    /// Sets that the error came before a request existed. Not inlined, because many places use it.
    #[inline(never)]
    pub(crate) fn unsent(self) -> Error {
        self.request_sent(false)
    }

    /// Replaces the pause before the next attempt by the one that the server requested, unless the cause forbids a
    /// retry.
    pub(crate) fn retry_after(mut self, requested_pause: Option<Duration>) -> Error {
        self.0.requested_pause = requested_pause;
        self
    }

    /// Sets the facts about the call that failed.
    pub(crate) fn of_call(mut self, call: CallFacts) -> Error {
        self.0.call = call;
        self
    }

    pub(crate) fn call_mut(&mut self) -> &mut CallFacts {
        &mut self.0.call
    }

    /// Returns the facts about the call that failed.
    pub fn call(&self) -> &CallFacts {
        &self.0.call
    }

    /// Returns the kind of failure.
    pub fn code(&self) -> Code {
        self.0.cause.code()
    }

    /// Returns the cause, in one line without a secret.
    pub fn message(&self) -> String {
        let mut message = self.0.cause.message().to_owned();
        let number = self.0.server_code.map(|number| format!("error {number}")).unwrap_or_default();
        let comma = if number.is_empty() || self.0.detail.is_empty() { "" } else { ", " };
        for part in [&self.0.place, &format!("{number}{comma}{}", self.0.detail)] {
            if !part.is_empty() {
                message.push_str(": ");
                message.push_str(part);
            }
        }
        message
    }

    /// Returns the administrator's next step, in one line.
    pub fn remedy(&self) -> String {
        let remedy = self.0.cause.remedy();
        let mut remedy = match remedy.split_once(PAUSE) {
            Some((before, after)) => {
                format!("{before}{} seconds{after}", self.pause().unwrap_or_default().as_secs())
            }
            None => remedy.to_owned(),
        };
        remedy.push_str(&self.0.advice);
        if self.0.is_sent == Some(false) {
            remedy.push_str(NOTHING_SENT);
        }
        remedy
    }

    /// Returns the HTTP status of the response, if there was one.
    pub fn http_status(&self) -> Option<u16> {
        self.0.http_status
    }

    /// Returns the server's error text. Do not trust it. One line of at most 300 characters, without markup; empty if
    /// there is none.
    pub fn server_message(&self) -> &str {
        &self.0.server_message
    }

    /// Returns the identification that Concur's support needs; empty if the server sent none.
    pub fn correlation_id(&self) -> &str {
        &self.0.correlation_id
    }

    /// Returns the error number of the OAuth 2.0 service, if it sent one.
    pub fn server_code(&self) -> Option<i32> {
        self.0.server_code
    }

    /// Returns the pause before the next attempt; `None`: do not retry automatically.
    pub fn pause(&self) -> Option<Duration> {
        let pause = self.0.cause.retry().pause(self.0.is_sent != Some(false))?;
        Some(self.0.requested_pause.unwrap_or(pause))
    }
}

/// Not generic and not inlined: otherwise the library contains this code once for each type.
#[inline(never)]
fn line(text: &dyn fmt::Display) -> String {
    one_line(&text.to_string())
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}. {}", self.code().name(), self.message(), self.remedy())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}

impl From<Cause> for Error {
    fn from(cause: Cause) -> Error {
        Error::new(cause)
    }
}

#[cfg(test)]
mod tests {
    use super::Cause;
    use super::Error;
    use std::time::Duration;

    #[test]
    fn detail_with_line_breaks_becomes_one_line() {
        let error = Error::new(Cause::CannotConnect).detail("host:443\n2026-01-01 all is well");
        assert_eq!(error.message(), "Cannot connect to the server: host:443 2026-01-01 all is well");
        assert!(!format!("{error} {error:?}").contains('\n'));
    }

    #[test]
    fn rejected_login_is_not_retried_if_the_server_requests_a_retry() {
        let requested_pause = Some(Duration::from_secs(7));
        assert_eq!(Error::new(Cause::Denied).retry_after(requested_pause).pause(), None);
        assert_eq!(Error::new(Cause::Busy).retry_after(requested_pause).pause(), requested_pause);
        assert_eq!(Error::new(Cause::Busy).retry_after(None).pause(), Some(Duration::from_secs(60)));
    }

    #[test]
    fn sentence_and_pause_depend_on_whether_the_request_was_sent() {
        for (error, seconds, claims) in [
            (Error::new(Cause::NoResources), 300, false),
            (Error::new(Cause::NoResources).request_sent(true), 300, false),
            (Error::new(Cause::NoResources).request_sent(false), 60, true),
            (Error::new(Cause::Maintenance).request_sent(false), 300, true),
        ] {
            assert_eq!(error.pause(), Some(Duration::from_secs(seconds)), "{error}");
            assert_eq!(error.remedy().ends_with(" No Concur credentials were sent."), claims, "{error}");
        }
        assert_eq!(Error::new(Cause::ProxyDenied).request_sent(false).pause(), None);
    }
}

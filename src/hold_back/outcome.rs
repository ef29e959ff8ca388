//! The outcome of a login, as far as it matters for the next one.

use crate::error::{Cause, Code, Error};

/// The result of a login, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// A token came.
    Accepted,
    /// The server has refused it: another attempt may lock the account.
    Refused(Code),
    /// A byte of the login was sent, and it is unknown whether the server has checked it.
    Unanswered(Code),
    /// Nothing was sent, or the server has not checked the login.
    Nothing,
}

impl Outcome {
    pub(super) fn of(result: Result<(), &Error>) -> Outcome {
        let Err(error) = result else { return Outcome::Accepted };
        let code = error.code();
        match code {
            _ if error.request_was_sent() == Some(false) => Outcome::Nothing,
            // The user belongs to another origin: Concur has not checked the login.
            Code::WrongHost => Outcome::Nothing,
            _ if is_refusal(error) => Outcome::Refused(code),
            Code::Timeout | Code::Cancelled | Code::Disconnected | Code::Panic | Code::Internal => {
                Outcome::Unanswered(code)
            }
            // Other failures of TLS come before the server reads the request.
            Code::Tls if error.cause() == Cause::TlsFailed => Outcome::Unanswered(code),
            _ => Outcome::Nothing,
        }
    }
}

fn is_refusal(error: &Error) -> bool {
    match error.code() {
        Code::Denied
        | Code::AccountLocked
        | Code::AccountDisabled
        | Code::PasswordExpired
        | Code::NotAllowed
        | Code::BadClient => true,
        // A status 400 may be inside a response with status 200.
        _ => {
            let is_status = matches!(error.http_status(), Some(400 | 401 | 403)) || error.cause() == Cause::BadRequest;
            is_status && error.pause().is_none()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Outcome;
    use crate::error::{Cause, Code, Error};

    fn answered(cause: Cause, status: u16) -> Error {
        Error::new(cause).answered(status, String::new(), String::new())
    }

    #[test]
    fn outcome_depends_on_code_status_and_whether_a_byte_was_sent() {
        let sent = |cause| Error::new(cause).request_sent(true);
        let unsent = |cause: Cause| Error::new(cause).unsent();
        let refused = Outcome::Refused;
        for (error, outcome) in [
            (answered(Cause::Denied, 403), refused(Code::Denied)),
            (answered(Cause::AccountLocked, 200), refused(Code::AccountLocked)),
            (answered(Cause::PrincipalDisabled, 400), refused(Code::AccountDisabled)),
            (answered(Cause::PasswordMustChange, 400), refused(Code::PasswordExpired)),
            (answered(Cause::SingleSignOnOnly, 403), refused(Code::NotAllowed)),
            (answered(Cause::ClientDenied, 401), refused(Code::BadClient)),
            (answered(Cause::BadRequest, 400), refused(Code::ServerError)),
            (answered(Cause::BadRequest, 200), refused(Code::ServerError)),
            (answered(Cause::RequestMalformed, 400), refused(Code::ServerError)),
            (answered(Cause::WebPageRefusal, 400), refused(Code::NotConcur)),
            (answered(Cause::WebPageRefusal, 401), refused(Code::NotConcur)),
            (answered(Cause::WebPageRefusal, 403), refused(Code::NotConcur)),
            (answered(Cause::CompanyMaintenance, 400), Outcome::Nothing),
            (answered(Cause::UserOriginNotTrusted, 400), Outcome::Nothing),
            (answered(Cause::SecondUserOrigin, 401), Outcome::Nothing),
            (answered(Cause::UserOriginIsAsked, 403), Outcome::Nothing),
            (answered(Cause::Busy, 429), Outcome::Nothing),
            (answered(Cause::Maintenance, 503), Outcome::Nothing),
            (answered(Cause::ServerFailed, 500), Outcome::Nothing),
            (answered(Cause::EndpointGone, 404), Outcome::Nothing),
            (answered(Cause::Redirected, 302), Outcome::Nothing),
            (answered(Cause::WebPage, 200), Outcome::Nothing),
            (answered(Cause::BadJson, 200), Outcome::Nothing),
            (answered(Cause::ProxyAsks, 407), Outcome::Nothing),
            (answered(Cause::Disconnected, 200), Outcome::Unanswered(Code::Disconnected)),
            (sent(Cause::NotHttp), Outcome::Nothing),
            (sent(Cause::TimedOut), Outcome::Unanswered(Code::Timeout)),
            (sent(Cause::Cancelled), Outcome::Unanswered(Code::Cancelled)),
            (sent(Cause::Disconnected), Outcome::Unanswered(Code::Disconnected)),
            (sent(Cause::TlsFailed), Outcome::Unanswered(Code::Tls)),
            (sent(Cause::Unforeseen), Outcome::Unanswered(Code::Internal)),
            (sent(Cause::RenegotiationAsked), Outcome::Nothing),
            // The second origin of a user: the first one has got the login.
            (sent(Cause::TimedOutBefore), Outcome::Unanswered(Code::Timeout)),
            (sent(Cause::CannotConnect), Outcome::Nothing),
            (sent(Cause::HostNotFound), Outcome::Nothing),
            (sent(Cause::CertificateExpired), Outcome::Nothing),
            (unsent(Cause::TimedOutBefore), Outcome::Nothing),
            (unsent(Cause::CancelledBefore), Outcome::Nothing),
            (unsent(Cause::DisconnectedBefore), Outcome::Nothing),
            (unsent(Cause::TlsFailed), Outcome::Nothing),
            (unsent(Cause::LoginEmpty), Outcome::Nothing),
            (unsent(Cause::Unforeseen), Outcome::Nothing),
        ] {
            assert_eq!(Outcome::of(Err(&error)), outcome, "{error}");
        }
        assert_eq!(Outcome::of(Ok(())), Outcome::Accepted);
    }

    #[test]
    fn every_cause_of_a_refusal_is_one_whatever_its_status() {
        for &cause in Cause::ALL {
            let number = cause.code() as i32;
            let outcome = Outcome::of(Err(&answered(cause, 200)));
            assert_eq!(
                matches!(outcome, Outcome::Refused(_)),
                (20..=25).contains(&number) || cause == Cause::BadRequest,
                "{cause:?}"
            );
            let error = answered(cause, 403);
            let is_refused = matches!(Outcome::of(Err(&error)), Outcome::Refused(_));
            assert_eq!(is_refused, error.pause().is_none() && number != 28 || (20..=25).contains(&number), "{cause:?}");
        }
    }
}

//! The requests to a service and the meaning of its responses. Pure: no I/O, no clock. A directory for each service.
//!
//! | question | module |
//! |---|---|
//! | what a service can be asked, whichever it is | `service` |
//! | which service a client asks, and as which application | `settings` |
//! | the address of a service | `base_url` |
//! | the hosts that may receive a login or a token | `trusted_hosts` |
//! | the consumer key and the user's credentials | `credentials`, with `ends` |
//! | a token that a program has kept | `kept_token` |
//! | what responses of all services have in common | `response` |
//! | the Native Flow; the OAuth 2.0 service | `native`; `oauth2` |

mod base_url;
mod credentials;
mod ends;
mod kept_token;
mod native;
mod oauth2;
mod response;
mod service;
mod settings;
mod trusted_hosts;

pub(crate) use credentials::{Credentials, check_key};
pub(crate) use kept_token::{KeptToken, restore};
pub(crate) use oauth2::CredentialType;
pub(crate) use service::{Ask, Outcome, Service};
pub(crate) use settings::Settings;

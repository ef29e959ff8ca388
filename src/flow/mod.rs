//! The requests to a service and the meaning of its responses. Pure: no I/O, no clock. A directory for each service.
//!
//! | question | module |
//! |---|---|
//! | the address of a service | `base_url` |
//! | the consumer key and the user's credentials | `credentials`, with `ends` |
//! | the Native Flow | `native` |

mod base_url;
mod credentials;
mod ends;
pub(crate) mod native;

pub(crate) use base_url::BaseUrl;
pub(crate) use credentials::Credentials;

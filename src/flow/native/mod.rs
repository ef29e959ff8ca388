//! The Native Flow: the request for a token, and the meaning of the response.
//!
//! | question | module |
//! |---|---|
//! | the request and its endpoint | `request` |
//! | reads the response: a token or an error | `answer` |
//! | the hosts with their own users | `hosts` |
//! | the places of token and error in a document | `envelope` |
//! | the time at which the token expires | `expiry` |

mod answer;
mod envelope;
mod expiry;
pub(super) mod hosts;
mod request;

pub(crate) use answer::read_token;
pub(crate) use request::{token_endpoint, token_request};

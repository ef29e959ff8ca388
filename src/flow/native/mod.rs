//! The Native Flow: the request for a token, and what the answer means.
//!
//! | question | module |
//! |---|---|
//! | what is sent, and where to | `request` |
//! | which answer is a token, and what any other means | `answer` |
//! | where token and error stand in a document | `envelope` |
//! | when the token expires | `expiry` |

mod answer;
mod envelope;
mod expiry;
mod request;

pub(crate) use answer::read_token;
pub(crate) use request::{token_endpoint, token_request};

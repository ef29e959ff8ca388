//! What is said to the server and what its answer means. Pure: no I/O, no clock.

mod answer;
mod base_url;
mod canonical;
mod charset;
mod credentials;
mod decompose;
mod document;
mod envelope;
mod expiry;
mod json;
mod mojibake;
mod native;
mod proxy;
mod retry;
mod runs;
mod sanitize;
mod unescape;

pub(crate) use answer::read_token;
pub(crate) use base_url::BaseUrl;
pub(crate) use credentials::Credentials;
pub(crate) use native::{token_endpoint, token_request};
pub(crate) use proxy::proxy_refusal;

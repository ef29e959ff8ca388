//! What is said to a service and what its answer means. Pure: no I/O, no clock. A folder for each service.

mod base_url;
mod credentials;
mod native;

pub(crate) use base_url::BaseUrl;
pub(crate) use credentials::Credentials;
pub(crate) use native::{read_token, token_endpoint, token_request};

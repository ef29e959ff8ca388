//! The healthy OAuth 2.0 service.

pub(crate) mod connections;
pub(crate) mod grant;
pub(crate) mod refusal;
pub(crate) mod request;

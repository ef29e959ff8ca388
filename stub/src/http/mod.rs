//! HTTP/1.1, without connections and without Concur.

pub(crate) mod body;
pub(crate) mod lines;
pub(crate) mod request;
pub(crate) mod response;

//! HTTP/1.1, independent of connections and of Concur.

pub(crate) mod body;
pub(crate) mod form;
pub(crate) mod lines;
pub(crate) mod request;
pub(crate) mod response;

//! Parts of scenarios: the data of a request, documents to send, and steps on the connection.

pub(crate) mod context;
pub(crate) mod credentials;
pub(crate) mod documents;
pub(crate) mod script;
pub(crate) mod site;

//! Parts of scenarios: the data of a request, documents to send, and steps on the connection; and the two healthy
//! services.

pub(crate) mod accounts;
pub(crate) mod api;
pub(crate) mod bearer;
pub(crate) mod context;
pub(crate) mod counts;
pub(crate) mod credentials;
pub(crate) mod documents;
pub(crate) mod endpoint;
pub(crate) mod healthy;
pub(crate) mod issued;
pub(crate) mod issuing;
pub(crate) mod lockout;
pub(crate) mod native;
pub(crate) mod oauth2;
pub(crate) mod orders;
pub(crate) mod place;
pub(crate) mod script;
pub(crate) mod site;

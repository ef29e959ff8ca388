//! What scenarios are made of: what they may ask, what they may say, and what they may do on the connection.

pub(crate) mod context;
pub(crate) mod credentials;
pub(crate) mod documents;
pub(crate) mod script;
pub(crate) mod site;

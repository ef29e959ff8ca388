//! From a host name to a connection.
//!
//! | question | module |
//! |---|---|
//! | resolves a name to addresses | `lookup`, from `name_cache` or the system (`resolver`), on threads of `background` |
//! | connects to one of them | `connect` |
//! | sends and receives | `socket` |

mod background;
pub(in crate::transport) mod connect;
pub(in crate::transport) mod lookup;
pub(in crate::transport) mod name_cache;
mod resolver;
pub(in crate::transport) mod socket;

//! From a name to a connection.
//!
//! | question | module |
//! |---|---|
//! | a name becomes addresses | `lookup`, from `name_cache` or the system (`resolver`), on threads of `background` |
//! | one of them becomes a connection | `connect` |
//! | what can be done with it | `socket` |

mod background;
pub(in crate::transport) mod connect;
pub(in crate::transport) mod lookup;
pub(in crate::transport) mod name_cache;
mod resolver;
pub(in crate::transport) mod socket;

//! `NF_TIMING_*`: facts about a call, which tokens and errors contain.

use std::ffi::CString;

use super::text::c_text;
use crate::call_facts::{CallFacts, Timing};

/// Time to look up a host name: the proxy's if there is one, otherwise the
/// server's. -1 for an IP address.
pub const NF_TIMING_LOOKUP: i32 = 0;
/// Time to connect to the server, after the lookup. With a proxy: to connect to
/// it, its TLS handshake, and until its tunnel to the server is open.
pub const NF_TIMING_CONNECT: i32 = 1;
/// Time of the TLS handshake with the server.
pub const NF_TIMING_TLS: i32 = 2;
/// Time from the check of the open connection until the request is sent and the
/// whole response is received.
pub const NF_TIMING_SERVER: i32 = 3;
/// Time of the whole call, with its log function. `nf_get_token`: without the
/// creation of its client.
pub const NF_TIMING_TOTAL: i32 = 4;

const _: () = assert!(
    NF_TIMING_LOOKUP == Timing::Lookup as i32
        && NF_TIMING_CONNECT == Timing::Connect as i32
        && NF_TIMING_TLS == Timing::Tls as i32
        && NF_TIMING_SERVER == Timing::Server as i32
        && NF_TIMING_TOTAL == Timing::Total as i32
);

/// Returns the text of the remote address, or an empty one.
pub(super) fn remote_address(call: &CallFacts) -> CString {
    call.remote_address.map_or_else(CString::default, |address| c_text(&address.to_string()))
}

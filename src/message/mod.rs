//! HTTP messages as data. The flow and the proxies use them.
//!
//! | question | module |
//! |---|---|
//! | a request, and its header names as written | `request` |
//! | the value of HTTP Basic | `basic` |
//! | parameters in a body or a query | `form` |
//! | a response, and the time at which it was received | `answer` |
//! | the charset of a body, and the type of its document | `charset`, `document`, with `xml`, `json` and `page` |
//! | the server's time; the pause that it requests | `date`; `retry_after` |

mod answer;
mod basic;
mod charset;
mod date;
mod document;
pub(crate) mod form;
mod json;
mod page;
mod request;
mod retry_after;
mod xml;

pub(crate) use answer::{Answer, Body, Moment};
pub(crate) use basic::basic;
pub(crate) use charset::decode;
pub(crate) use date::server_time;
pub(crate) use document::{Document, Element};
pub(crate) use json::Json;
pub(crate) use request::{Endpoint, Request, begin, header, secret_value};
pub(crate) use retry_after::requested_pause;

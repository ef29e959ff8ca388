//! HTTP messages as data: what flow and proxies both write and read.
//!
//! | question | module |
//! |---|---|
//! | how a request and its header names are written | `request` |
//! | the value of HTTP Basic | `basic` |
//! | what came back, and when | `answer` |
//! | its characters, and what kind of document they are | `charset`, `document`, with `xml`, `json` and `page` |
//! | how long the server asks to wait | `retry_after` |

mod answer;
mod basic;
mod charset;
mod document;
mod json;
mod page;
mod request;
mod retry_after;
mod xml;

pub(crate) use answer::{Answer, Body, Moment};
pub(crate) use basic::basic;
pub(crate) use charset::decode;
pub(crate) use document::{Document, Element};
pub(crate) use request::{Endpoint, Request, begin, header, secret_value};
pub(crate) use retry_after::asked_pause;

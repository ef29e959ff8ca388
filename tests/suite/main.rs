//! What users depend on, through the door that they use: C programs against the built library, over real TLS.
//!
//! | question | module |
//! |---|---|
//! | does each answer of the server end in the right code | `scenarios` |
//! | what are the answers of gateways and other services told as | `answers` |
//! | is bad input refused, with the buffers wiped | `programs` |
//! | which files of certificates and keys are read | `certificate_files` |
//! | what exactly goes over the wire | `wire` |
//! | is the header what the sources say, for every compiler | `header` |
//! | does each exported function bear cancellation, panics and callbacks | `boundary` |
//! | are symbols, codes and versions the promised ones | `abi` |
//! | do the one-shot call and the system's roots work | `production` |
//! | what do real proxies, TLS servers and networks do to a call | `network` |
//! | does a call end when it is cancelled | `cancellation` |
//! | does a name that hangs or moves stop other calls | `names` |
//! | when is the login sent, and what counts as its answer | `exchange` |
//! | what is read of an odd response | `response` |
//! | what is a kept connection used for, and what not | `keep_alive` |
//! | is the program that calls unharmed | `host` |
//! | what is told to the log, and what not | `log` |
//! | is any secret left in memory after a call | `residue` |
//! | does the C++ header keep what it promises | `cpp` |
//! | does each language get a token, and leave nothing | `hosts` |
//! | is what was installed found and used | `installed` |
//! | is the archive enough for a build, and always the same | `dist` |
//! | does nativeflow.dll keep the promises | `windows` |
//! | does the package for .NET hold what it promises, and run | `nuget` |
//! | do the manual pages say what the header says | `man` |
//! | are the Debian packages sound, and enough for a build | `deb` |
//! | is a release checked before it is published | `release` |
//! | is the library for other Linuxes the same | `targets` |
//! | do clients that were written elsewhere get a token from the stub | `clients` |
//! | do the examples do what the documents show | `examples` |
//! | is the README short, and do links in documents resolve | `documents` |
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::string_slice, clippy::unwrap_used)]

mod abi;
mod answers;
mod boundary;
mod cancellation;
mod certificate_files;
mod clients;
mod cpp;
mod deb;
mod dist;
mod documents;
mod examples;
mod exchange;
mod header;
mod host;
mod hosts;
mod installed;
mod keep_alive;
mod log;
mod man;
mod names;
mod network;
mod nuget;
mod production;
mod programs;
mod release;
mod residue;
mod response;
mod scenarios;
mod support;
mod targets;
mod windows;
mod wire;

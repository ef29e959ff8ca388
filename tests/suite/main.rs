//! Tests through the C interface: C programs use the built library, over real TLS.
//!
//! | question | module |
//! |---|---|
//! | does each response of the server end in the right code | `scenarios` |
//! | can a token be used, refreshed and revoked on both services, and which hosts are asked | `services` |
//! | does a session send one request for all threads, lock no account, and renew its token | `sessions` |
//! | which errors do responses of gateways and other services cause | `answers` |
//! | is bad input rejected, with the buffers wiped | `programs` |
//! | do errors lead to the wrong setting, and is a login that cannot be right not sent | `remedies` |
//! | which files of certificates and keys are read | `certificate_files` |
//! | which bytes are sent | `wire` |
//! | do form parsers read back what was given | `forms` |
//! | does a secret in an address reach a log, a message or a proxy | `addresses` |
//! | does the header match the sources, and do all compilers accept it | `header` |
//! | do exported functions handle thread cancellation, panics and callbacks | `boundary` |
//! | do symbols, codes and versions match the lists in `abi` | `abi` |
//! | do the one-shot call and the system's root certificates work | `production` |
//! | what do real proxies, TLS servers and networks do to a call | `network` |
//! | does a call end when it is cancelled | `cancellation` |
//! | does a lookup that hangs, or a changed address, stop other calls | `names` |
//! | when is the login sent, and what counts as its response | `exchange` |
//! | how are unusual responses parsed | `response` |
//! | when is an idle connection used again | `keep_alive` |
//! | times, address and ID of a call | `call_facts` |
//! | does the library leave the calling program unchanged | `host` |
//! | which lines does the log contain | `log` |
//! | is any secret left in memory after a call | `residue` |
//! | does the C++ header work with all promised compilers | `cpp` |
//! | does each language get a token, and leave no secret in memory | `hosts` |
//! | do builds find the installed files, do the README's lines work | `installed` |
//! | do long commands name missing tools and print their steps | `commands` |
//! | is the archive complete and reproducible | `dist` |
//! | does nativeflow.dll work and wipe its memory | `windows` |
//! | is the package for .NET complete, and does it run | `nuget` |
//! | do the manual pages contain the text of the header | `man` |
//! | are the Debian packages valid and complete | `deb` |
//! | is a release checked before it is published | `release` |
//! | does the library for other Linux systems work | `targets` |
//! | do third-party clients get a token from the stub | `clients` |
//! | do the examples do what the documents show | `examples` |
//! | does a batch of users stop before accounts are locked | `batch` |
//! | is the README short, and do links in documents resolve | `documents` |
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::string_slice, clippy::unwrap_used)]

mod abi;
mod addresses;
mod answers;
mod batch;
mod boundary;
mod call_facts;
mod cancellation;
mod certificate_files;
mod clients;
mod commands;
mod cpp;
mod deb;
mod dist;
mod documents;
mod examples;
mod exchange;
mod forms;
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
mod remedies;
mod residue;
mod response;
mod scenarios;
mod services;
mod sessions;
mod support;
mod targets;
mod windows;
mod wire;

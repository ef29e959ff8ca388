//! Who is told of each step of a call.

use std::fmt;
use std::sync::Arc;

use crate::redact::one_line;

/// How much a line of the log matters. The numbers are those of the C constants `NF_LOG_*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(i32)]
pub enum Level {
    /// The call has failed.
    Error = 1,
    /// Something is not as it should be, and the call goes on.
    Warning = 2,
    /// A step was done.
    Info = 3,
}

/// Takes the lines of the log, on the thread of the call. No line holds a secret or a line break.
#[derive(Clone)]
pub struct Log(Arc<Sink>);

type Sink = dyn Fn(Level, &str) + Send + Sync;

impl Log {
    /// `sink` is called while a call runs, with no lock held; it should return soon, for the call waits.
    pub fn new(sink: impl Fn(Level, &str) + Send + Sync + 'static) -> Log {
        Log(Arc::new(sink))
    }

    /// Writes one line. Foreign text in it cannot make it two.
    pub(crate) fn write(&self, level: Level, line: fmt::Arguments<'_>) {
        (self.0)(level, &one_line(&line.to_string()));
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Log")
    }
}

#[cfg(test)]
mod tests {
    use super::{Level, Log};
    use std::sync::{Arc, Mutex};

    #[test]
    fn a_line_is_one_line() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&lines);
        let log = Log::new(move |level, line| sink.lock().unwrap().push((level, line.to_owned())));
        log.write(Level::Info, format_args!("tls CN={}", "a\r\nanswer HTTP 200"));
        assert_eq!(*lines.lock().unwrap(), [(Level::Info, "tls CN=a answer HTTP 200".to_owned())]);
    }
}

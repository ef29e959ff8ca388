//! Log levels and the log callback.

use std::fmt;
use std::sync::Arc;

use crate::call_id::CallId;
use crate::redact::one_line;

/// The severity of a log line. The numbers are those of the C constants `NF_LOG_*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(i32)]
pub enum Level {
    /// The call has failed.
    Error = 1,
    /// A problem that does not stop the call.
    Warning = 2,
    /// A step is complete.
    Info = 3,
}

/// Receives log lines on the thread of the call. No line contains a secret or a line break.
#[derive(Clone)]
pub struct Log(Arc<Sink>);

type Sink = dyn Fn(Level, &str) + Send + Sync;

impl Log {
    /// Makes a log. `sink` is called during a call, with no lock held. It should return soon, because the call waits
    /// for it.
    pub fn new(sink: impl Fn(Level, &str) + Send + Sync + 'static) -> Log {
        Log(Arc::new(sink))
    }

    /// Writes one line about a call. Foreign text in it cannot add a second line.
    pub(crate) fn write(&self, level: Level, call: CallId, line: fmt::Arguments<'_>) {
        (self.0)(level, &one_line(&format!("[{call}] {line}")));
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
    use crate::call_id::CallId;
    use std::sync::{Arc, Mutex};

    #[test]
    fn line_breaks_are_replaced_in_a_log_line() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&lines);
        let log = Log::new(move |level, line| sink.lock().unwrap().push((level, line.to_owned())));
        let call = CallId::next();
        log.write(Level::Info, call, format_args!("tls CN={}", "a\r\nanswer HTTP 200"));
        assert_eq!(*lines.lock().unwrap(), [(Level::Info, format!("[{call}] tls CN=a answer HTTP 200"))]);
    }
}

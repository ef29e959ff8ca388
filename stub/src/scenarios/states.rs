//! The state of the scenarios of one running stub.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::scenarios::scenario::Stateful;
use crate::service::context::Context;
use crate::service::script::Script;

/// The key is the scenario's name.
#[derive(Default)]
pub(crate) struct States(Mutex<HashMap<&'static str, Box<dyn Stateful>>>);

impl States {
    /// Returns the script of the named scenario for one request. `new` creates its state at the first one.
    pub(crate) fn script(&self, name: &'static str, new: fn() -> Box<dyn Stateful>, context: &Context) -> Script {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        states.entry(name).or_insert_with(new).script(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::request::Request;
    use std::collections::BTreeSet;
    use std::thread;

    /// Returns the number of its requests as the status.
    #[derive(Default)]
    struct Count(u16);

    impl Stateful for Count {
        fn script(&mut self, _: &Context) -> Script {
            let before = self.0;
            // Lets another thread run, so that a missing lock is detected.
            thread::yield_now();
            self.0 = before + 1;
            Script::silent().status(self.0)
        }
    }

    #[test]
    fn state_is_separate_for_each_stub_and_name_and_loses_no_request() {
        let [one, other] = [States::default(), States::default()];
        let count = |states: &States, name| {
            let context = Context::demo(Request::default());
            states.script(name, || Box::<Count>::default(), &context).status.unwrap()
        };
        let counts: BTreeSet<u16> = thread::scope(|scope| {
            let threads = [(); 8].map(|()| scope.spawn(|| [(); 50].map(|()| count(&one, "a"))));
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(counts, (1..=400).collect());
        assert_eq!((count(&one, "a"), count(&one, "b"), count(&other, "a")), (401, 1, 1));
    }
}

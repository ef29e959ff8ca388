//! Orders of a test that apply to all requests from now on: a scenario, waiting responses, and the lifetime of tokens.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use time::Duration;

#[derive(Default)]
pub(crate) struct Orders {
    /// The name of the scenario.
    scenario: Mutex<Option<String>>,
    is_holding: AtomicBool,
    /// In seconds; 0: the usual one of the service.
    lifetime: AtomicU32,
}

impl Orders {
    /// The scenario of requests whose path names none.
    pub(crate) fn scenario(&self) -> Option<String> {
        self.scenario.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn play(&self, scenario: Option<&str>) {
        *self.scenario.lock().unwrap_or_else(PoisonError::into_inner) = scenario.map(str::to_owned);
    }

    /// Whether responses wait.
    pub(crate) fn is_holding(&self) -> bool {
        self.is_holding.load(Ordering::Relaxed)
    }

    pub(crate) fn hold(&self, is_holding: bool) {
        self.is_holding.store(is_holding, Ordering::Relaxed);
    }

    /// The lifetime of new access tokens, if it is not the usual one.
    pub(crate) fn lifetime(&self) -> Option<Duration> {
        let seconds = self.lifetime.load(Ordering::Relaxed);
        (seconds > 0).then(|| Duration::seconds(seconds.into()))
    }

    pub(crate) fn set_lifetime(&self, seconds: u32) {
        self.lifetime.store(seconds, Ordering::Relaxed);
    }
}

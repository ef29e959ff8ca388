//! The users whose secret is being read on this thread by a function of the program.

use std::cell::RefCell;
use std::marker::PhantomData;

use super::identity::Owner;
use crate::error::{Cause, Error};
use crate::fingerprint::Fingerprint;

thread_local! {
    static USERS: RefCell<Vec<Fingerprint>> = const { RefCell::new(Vec::new()) };
}

/// While it exists, calls for its user on this thread are rejected: they would wait for themselves.
pub(crate) struct InCallback {
    /// It stays on its thread.
    _not_send: PhantomData<*const ()>,
}

impl InCallback {
    /// Marks that the secret of a user is being read on this thread.
    pub(crate) fn enter(owner: &Owner) -> InCallback {
        USERS.with_borrow_mut(|users| users.push(owner.user));
        InCallback { _not_send: PhantomData }
    }
}

impl Drop for InCallback {
    fn drop(&mut self) {
        USERS.with_borrow_mut(Vec::pop);
    }
}

/// Rejects a call from inside the callback for the same user.
///
/// # Errors
/// [`Code::InvalidArgument`](crate::error::Code::InvalidArgument).
pub(crate) fn check_not_in_callback(owner: &Owner) -> Result<(), Error> {
    let is_inside = USERS.with_borrow(|users| users.contains(&owner.user));
    if is_inside { Err(Error::new(Cause::CalledFromCallback).unsent()) } else { Ok(()) }
}

//! The flight under threads that run in many orders (shuttle). Each thread does what `core` does: it asks, waits, reads,
//! hands over, or leaves at any moment.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use shuttle::rand::{Rng as _, thread_rng};
use shuttle::sync::{Arc, Condvar, Mutex};
use shuttle::thread;

use super::flight::{Flight, Sight};

/// A request that was sent. If it is dropped without being read, its answer is lost.
#[derive(Debug)]
struct Request(Arc<Counts>);

/// The counts of one run.
#[derive(Debug, Default)]
struct Counts {
    /// Requests without an answer yet.
    open: AtomicUsize,
    sent: AtomicUsize,
    answered: AtomicUsize,
    lost: AtomicUsize,
}

impl Request {
    fn send(counts: &Arc<Counts>) -> Request {
        counts.sent.fetch_add(1, SeqCst);
        assert_eq!(counts.open.fetch_add(1, SeqCst), 0, "two requests at once");
        Request(Arc::clone(counts))
    }

    fn answer(self) {
        self.0.answered.fetch_add(1, SeqCst);
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, SeqCst);
    }
}

type Shared = (Mutex<(Flight<usize, Request, u8, u8>, Vec<bool>)>, Condvar);

/// Wakes the threads that wait.
fn wake(state: &mut (Flight<usize, Request, u8, u8>, Vec<bool>), bell: &Condvar) {
    for thread in state.0.waiting().copied().collect::<Vec<_>>() {
        state.1[thread] = true;
    }
    bell.notify_all();
}

/// The call of one thread. Returns whether it got the answer; `None`: it left.
fn call(me: usize, (lock, bell): &Shared, counts: &Arc<Counts>, patience: usize) -> Option<()> {
    let mut joined = None;
    let mut waits = 0;
    loop {
        let mut state = lock.lock().unwrap();
        let request = match state.0.look(joined, &0) {
            Sight::Landed(result) => {
                assert_eq!(result, Ok(()));
                assert!(state.0.leave(&me).is_none(), "the flight has ended");
                return Some(());
            }
            Sight::Flying => {
                joined = Some(state.0.join(me));
                state.1[me] = false;
                if waits >= patience {
                    // It leaves, and takes what no other thread would read.
                    if let Some(request) = state.0.leave(&me) {
                        state.0.end(None);
                        drop(state);
                        counts.lost.fetch_add(1, SeqCst);
                        drop(request);
                    }
                    return None;
                }
                waits += 1;
                while !state.1[me] {
                    state = bell.wait(state).unwrap();
                }
                continue;
            }
            Sight::Free => {
                state.0.begin(0);
                drop(state);
                thread::yield_now();
                if thread_rng().gen_ratio(1, 4) {
                    // It leaves before its request: the others ask themselves.
                    let mut state = lock.lock().unwrap();
                    state.0.leave(&me);
                    state.0.end(None);
                    wake(&mut state, bell);
                    return None;
                }
                Request::send(counts)
            }
            Sight::Take(request) => {
                drop(state);
                request
            }
        };
        thread::yield_now();
        if thread_rng().gen_ratio(1, 3) {
            // It leaves after its request.
            let mut state = lock.lock().unwrap();
            assert!(state.0.leave(&me).is_none(), "it reads itself");
            let left = state.0.hand_over(request);
            match left {
                Ok(()) => wake(&mut state, bell),
                Err(request) => {
                    counts.lost.fetch_add(1, SeqCst);
                    drop(request);
                    state.0.end(None);
                    wake(&mut state, bell);
                }
            }
            return None;
        }
        request.answer();
        let mut state = lock.lock().unwrap();
        state.0.leave(&me);
        state.0.end(Some(Ok(())));
        wake(&mut state, bell);
        return Some(());
    }
}

fn run(threads: usize) {
    let flight = (Flight::new(), vec![false; threads]);
    let shared: Arc<Shared> = Arc::new((Mutex::new(flight), Condvar::new()));
    let counts = Arc::new(Counts::default());
    let calls: Vec<_> = (0..threads)
        .map(|me| {
            let (shared, counts) = (Arc::clone(&shared), Arc::clone(&counts));
            let patience = thread_rng().gen_range(0..4);
            thread::spawn(move || call(me, &shared, &counts, patience))
        })
        .collect();
    // Each thread ends: none waits for a flight that has ended.
    let got = calls.into_iter().map(|call| call.join().unwrap()).filter(Option::is_some).count();
    let [sent, answered, lost] = [&counts.sent, &counts.answered, &counts.lost].map(|count| count.load(SeqCst));
    assert_eq!(sent, answered + lost, "each request is answered or lost");
    assert!(got > 0 || answered == 0, "an answer reaches a thread");
    assert!(!shared.0.lock().unwrap().0.is_flying(), "no flight is left over");
}

#[test]
fn threads_in_any_order_share_one_request_and_lose_no_exchange() {
    for threads in [2, 3, 5] {
        shuttle::check_random(move || run(threads), 2_000);
    }
}

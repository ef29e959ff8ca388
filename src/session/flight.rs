//! One request at a time for all threads of a session: one thread asks, and the others wait for its answer.
//!
//! Pure state, kept under a lock of its owner. The thread that asks is the pilot. A pilot that must leave after its request
//! was sent hands its open exchange to a waiting thread, which reads the answer.

/// `W`: wakes a waiting thread. `X`: an exchange that is handed over. `S`: what the request was made from; only threads
/// with an equal one share a failure. `E`: a failure.
pub(super) struct Flight<W, X, S, E> {
    /// The number of the last flight.
    number: u64,
    state: State<X, S>,
    /// The last flight that has ended.
    ended: Option<Ended<S, E>>,
    /// The threads that wait, and for which flight.
    waiting: Vec<(W, u64)>,
}

enum State<X, S> {
    Idle,
    Flying(S),
    /// No thread reads the answer: the next one that sees this must.
    HandedOver(X, S),
}

struct Ended<S, E> {
    number: u64,
    source: S,
    result: Result<(), E>,
}

/// The state that a thread finds before it asks, or after it has waited.
pub(super) enum Sight<X, E> {
    /// Nothing flies: the thread may become the pilot.
    Free,
    /// Another thread asks.
    Flying,
    /// The thread is the pilot now, and reads the answer.
    Take(X),
    /// The flight that the thread has waited for has ended.
    Landed(Result<(), E>),
}

impl<W: PartialEq, X, S: Clone + PartialEq, E: Clone> Flight<W, X, S, E> {
    pub(super) fn new() -> Flight<W, X, S, E> {
        Flight { number: 0, state: State::Idle, ended: None, waiting: Vec::new() }
    }

    /// Returns what a thread finds. `joined`: the flight that it waits for. `source`: what its own request would be made
    /// from.
    pub(super) fn look(&mut self, joined: Option<u64>, source: &S) -> Sight<X, E> {
        if let (Some(joined), Some(ended)) = (joined, &self.ended)
            && ended.number >= joined
            && (ended.result.is_ok() || ended.source == *source)
        {
            return Sight::Landed(ended.result.clone());
        }
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Idle => Sight::Free,
            State::Flying(source) => {
                self.state = State::Flying(source);
                Sight::Flying
            }
            State::HandedOver(exchange, source) => {
                self.state = State::Flying(source);
                Sight::Take(exchange)
            }
        }
    }

    #[cfg(test)]
    pub(super) fn is_flying(&self) -> bool {
        !matches!(self.state, State::Idle)
    }

    /// The thread becomes the pilot of a new flight.
    pub(super) fn begin(&mut self, source: S) {
        self.number += 1;
        self.state = State::Flying(source);
    }

    /// Adds a waiting thread. Returns the number of the flight for which it waits.
    pub(super) fn join(&mut self, waker: W) -> u64 {
        self.waiting.retain(|(other, _)| *other != waker);
        self.waiting.push((waker, self.number));
        self.number
    }

    /// Whether a thread waits for this flight. Others may still have to see the end of an earlier one.
    pub(super) fn has_passengers(&self) -> bool {
        self.waiting.iter().any(|(_, number)| *number == self.number)
    }

    /// A thread does not wait any more. Returns the exchange that no other thread would read.
    pub(super) fn leave(&mut self, waker: &W) -> Option<X> {
        self.waiting.retain(|(other, _)| other != waker);
        if self.has_passengers() {
            return None;
        }
        match std::mem::replace(&mut self.state, State::Idle) {
            State::HandedOver(exchange, source) => {
                self.state = State::Flying(source);
                Some(exchange)
            }
            state => {
                self.state = state;
                None
            }
        }
    }

    /// The pilot leaves and hands over its exchange.
    ///
    /// # Errors
    /// No thread waits: the exchange itself.
    pub(super) fn hand_over(&mut self, exchange: X) -> Result<(), X> {
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Flying(source) if self.has_passengers() => {
                self.state = State::HandedOver(exchange, source);
                Ok(())
            }
            state => {
                self.state = state;
                Err(exchange)
            }
        }
    }

    /// The pilot ends the flight with a result that all waiting threads share; `None`: they ask themselves.
    pub(super) fn end(&mut self, result: Option<Result<(), E>>) {
        let state = std::mem::replace(&mut self.state, State::Idle);
        if let (Some(result), State::Flying(source)) = (result, state) {
            self.ended = Some(Ended { number: self.number, source, result });
        }
    }

    /// The threads to wake after a change, each of which looks again.
    pub(super) fn waiting(&self) -> impl Iterator<Item = &W> {
        self.waiting.iter().map(|(waker, _)| waker)
    }
}

#[cfg(test)]
mod tests {
    use super::{Flight, Sight};

    type Test = Flight<u8, &'static str, u8, &'static str>;

    fn flying(waiting: &[u8]) -> Test {
        let mut flight = Test::new();
        assert!(matches!(flight.look(None, &0), Sight::Free));
        flight.begin(0);
        for &waker in waiting {
            assert!(matches!(flight.look(None, &0), Sight::Flying));
            assert_eq!(flight.join(waker), 1);
        }
        flight
    }

    #[test]
    fn waiting_threads_share_the_result() {
        for result in [Ok(()), Err("refused")] {
            let mut flight = flying(&[1, 2]);
            flight.end(Some(result));
            assert!(flight.waiting().eq(&[1, 2]));
            for _ in 0..2 {
                assert!(matches!(flight.look(Some(1), &0), Sight::Landed(shared) if shared == result));
            }
            assert!(matches!(flight.look(None, &0), Sight::Free), "a new caller has not waited");
        }
    }

    #[test]
    fn failure_is_not_shared_with_another_secret() {
        let mut flight = flying(&[1]);
        flight.end(Some(Err("refused")));
        assert!(matches!(flight.look(Some(1), &7), Sight::Free));
        let mut flight = flying(&[1]);
        flight.end(Some(Ok(())));
        assert!(matches!(flight.look(Some(1), &7), Sight::Landed(Ok(()))));
    }

    #[test]
    fn one_waiting_thread_takes_the_exchange_of_a_pilot_that_leaves() {
        let mut flight = flying(&[1, 2]);
        assert_eq!(flight.hand_over("exchange"), Ok(()));
        assert!(matches!(flight.look(Some(1), &0), Sight::Take("exchange")));
        assert!(matches!(flight.look(Some(1), &0), Sight::Flying), "the other one waits");
        assert_eq!(flying(&[]).hand_over("exchange"), Err("exchange"), "no thread waits");
    }

    #[test]
    fn last_waiting_thread_that_leaves_takes_the_exchange() {
        let mut flight = flying(&[1, 2]);
        assert_eq!(flight.hand_over("exchange"), Ok(()));
        assert_eq!(flight.leave(&2), None);
        assert_eq!(flight.leave(&1), Some("exchange"));
        assert!(flight.is_flying());
    }

    #[test]
    fn exchange_is_not_handed_over_to_a_thread_that_waited_for_an_earlier_flight() {
        let mut flight = flying(&[1]);
        flight.end(Some(Ok(())));
        flight.begin(0);
        assert_eq!(flight.hand_over("exchange"), Err("exchange"));
    }

    #[test]
    fn waiting_threads_ask_themselves_after_a_flight_without_result() {
        let mut flight = flying(&[1, 2]);
        flight.end(None);
        assert!(matches!(flight.look(Some(1), &0), Sight::Free));
        flight.begin(0);
        assert!(matches!(flight.look(Some(1), &0), Sight::Flying));
        assert_eq!(flight.join(2), 2, "it waits for the new flight");
    }
}

//! An event that wakes a waiting call: `poll` can watch it together with a socket.
//!
//! The tests on Linux build each kind.

use std::time::Duration;

#[cfg(not(unix))]
pub(crate) use datagram::Event;
#[cfg(target_os = "linux")]
pub(crate) use eventfd::Event;
#[cfg(all(unix, not(target_os = "linux")))]
pub(crate) use pipe::Event;

/// Maximum time of one poll before the condition is checked again: a datagram can be lost, even if sent to oneself.
const RECHECK_INTERVAL: Option<Duration> = if cfg!(unix) { None } else { Some(Duration::from_millis(100)) };

/// Returns the maximum time of one poll for an event, if `left` is the rest of the wait.
pub(super) fn longest_wait(left: Duration) -> Duration {
    shortened(left, RECHECK_INTERVAL)
}

fn shortened(left: Duration, second_look: Option<Duration>) -> Duration {
    second_look.map_or(left, |after| left.min(after))
}

#[cfg(target_os = "linux")]
mod eventfd {
    use std::io;
    use std::os::fd::OwnedFd;

    use rustix::event::{EventfdFlags, PollFd, PollFlags, eventfd};

    use crate::descriptor::above_standard_streams;

    /// A counter in the kernel.
    pub(crate) struct Event(OwnedFd);

    impl Event {
        pub(crate) fn new() -> io::Result<Event> {
            above_standard_streams(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?).map(Event)
        }

        pub(crate) fn set(&self) {
            // Fails only if the event was set 2^64 times.
            let _ = rustix::io::write(&self.0, &1_u64.to_ne_bytes());
        }

        pub(crate) fn clear(&self) {
            let _ = rustix::io::read(&self.0, &mut [0; 8]);
        }

        pub(crate) fn watched(&self) -> PollFd<'_> {
            PollFd::new(&self.0, PollFlags::IN)
        }
    }
}

#[cfg(all(unix, any(test, not(target_os = "linux"))))]
mod pipe {
    use std::io::{self, Read as _, Write as _};
    use std::io::{PipeReader, PipeWriter};

    use rustix::event::{PollFd, PollFlags};
    use rustix::io::ioctl_fionbio;

    use crate::descriptor::above_standard_streams;

    /// A pipe to itself: a written byte stays in it. If the pipe is full, the event is already set.
    pub(crate) struct Event {
        reader: PipeReader,
        writer: PipeWriter,
    }

    impl Event {
        pub(crate) fn new() -> io::Result<Event> {
            let (reader, writer) = io::pipe()?;
            let (reader, writer) = (above_standard_streams(reader)?, above_standard_streams(writer)?);
            ioctl_fionbio(&reader, true)?;
            ioctl_fionbio(&writer, true)?;
            Ok(Event { reader, writer })
        }

        pub(crate) fn set(&self) {
            let _ = (&self.writer).write(&[1]);
        }

        pub(crate) fn clear(&self) {
            while (&self.reader).read(&mut [0; 64]).is_ok_and(|amount| amount > 0) {}
        }

        pub(crate) fn watched(&self) -> PollFd<'_> {
            PollFd::new(&self.reader, PollFlags::IN)
        }
    }
}

#[cfg(any(test, not(unix)))]
mod datagram {
    use std::io;
    use std::net::{Ipv4Addr, UdpSocket};

    use rustix::event::{PollFd, PollFlags};

    use crate::descriptor::above_standard_streams;

    /// A socket that sends datagrams to itself, because `poll` accepts nothing smaller on this system. It is connected
    /// to its own address, so it receives no datagrams from others.
    pub(crate) struct Event(UdpSocket);

    impl Event {
        pub(crate) fn new() -> io::Result<Event> {
            let socket: UdpSocket = above_standard_streams(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?)?;
            socket.connect(socket.local_addr()?)?;
            socket.set_nonblocking(true)?;
            Ok(Event(socket))
        }

        pub(crate) fn set(&self) {
            // A datagram can be lost: therefore waits check their condition again.
            let _ = self.0.send(&[1]);
        }

        pub(crate) fn clear(&self) {
            while self.0.recv(&mut [0]).is_ok() {}
        }

        pub(crate) fn watched(&self) -> PollFd<'_> {
            PollFd::new(&self.0, PollFlags::IN)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rustix::event::{PollFd, Timespec, poll};

    fn is_ready(watched: PollFd<'_>) -> bool {
        poll(&mut [watched], Some(&Timespec::default())).unwrap() == 1
    }

    macro_rules! stays_set_until_it_is_cleared {
        ($kind:ident) => {
            let event = super::$kind::Event::new().unwrap();
            assert!(!is_ready(event.watched()), stringify!($kind));
            // More than a pipe or a socket can store.
            for times in [1, 2, 100_000] {
                (0..times).for_each(|_| event.set());
                assert!(is_ready(event.watched()), stringify!($kind));
                event.clear();
                assert!(!is_ready(event.watched()), stringify!($kind));
            }
        };
    }

    #[test]
    fn event_stays_set_until_it_is_cleared() {
        #[cfg(target_os = "linux")]
        stays_set_until_it_is_cleared!(eventfd);
        #[cfg(unix)]
        stays_set_until_it_is_cleared!(pipe);
        stays_set_until_it_is_cleared!(datagram);
    }

    #[test]
    fn poll_is_short_if_an_event_can_be_lost() {
        let (minute, look) = (Duration::from_secs(60), Duration::from_millis(100));
        assert_eq!(super::shortened(minute, Some(look)), look);
        assert_eq!(super::shortened(look / 2, Some(look)), look / 2);
        assert_eq!(super::shortened(minute, None), minute);
    }
}

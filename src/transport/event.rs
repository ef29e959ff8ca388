//! What a waiting call is woken by: something that `poll` can watch beside a socket.

#[cfg(not(target_os = "linux"))]
pub(super) use datagram::Event;
#[cfg(target_os = "linux")]
pub(super) use eventfd::Event;

#[cfg(target_os = "linux")]
mod eventfd {
    use std::io;
    use std::os::fd::OwnedFd;

    use rustix::event::{EventfdFlags, PollFd, PollFlags, eventfd};

    use crate::transport::descriptor::above_standard_streams;

    /// A counter in the kernel.
    pub(in crate::transport) struct Event(OwnedFd);

    impl Event {
        pub(in crate::transport) fn new() -> io::Result<Event> {
            above_standard_streams(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?).map(Event)
        }

        pub(in crate::transport) fn set(&self) {
            // Refused only when it has been set 2^64 times.
            let _ = rustix::io::write(&self.0, &1_u64.to_ne_bytes());
        }

        pub(in crate::transport) fn clear(&self) {
            let _ = rustix::io::read(&self.0, &mut [0; 8]);
        }

        pub(in crate::transport) fn watched(&self) -> PollFd<'_> {
            PollFd::new(&self.0, PollFlags::IN)
        }
    }
}

/// Also built for the tests of Linux, where it is not used.
#[cfg(any(test, not(target_os = "linux")))]
mod datagram {
    use std::io;
    use std::net::{Ipv4Addr, UdpSocket};

    use rustix::event::{PollFd, PollFlags};

    use crate::transport::descriptor::above_standard_streams;

    /// A socket that sends datagrams to itself: the system has nothing smaller that `poll` takes. Connected to its own
    /// address, it gets none from others.
    pub(in crate::transport) struct Event(UdpSocket);

    impl Event {
        pub(in crate::transport) fn new() -> io::Result<Event> {
            let socket: UdpSocket = above_standard_streams(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?)?;
            socket.connect(socket.local_addr()?)?;
            socket.set_nonblocking(true)?;
            Ok(Event(socket))
        }

        pub(in crate::transport) fn set(&self) {
            // Refused only when so many wait that one more says nothing new.
            let _ = self.0.send(&[1]);
        }

        pub(in crate::transport) fn clear(&self) {
            while self.0.recv(&mut [0]).is_ok() {}
        }

        pub(in crate::transport) fn watched(&self) -> PollFd<'_> {
            PollFd::new(&self.0, PollFlags::IN)
        }
    }
}

#[cfg(test)]
mod tests {
    use rustix::event::{PollFd, Timespec, poll};

    fn is_ready(watched: PollFd<'_>) -> bool {
        poll(&mut [watched], Some(&Timespec::default())).unwrap() == 1
    }

    #[test]
    fn both_kinds_stay_set_until_they_are_cleared() {
        #[cfg(target_os = "linux")]
        {
            let event = super::eventfd::Event::new().unwrap();
            assert!(!is_ready(event.watched()));
            event.set();
            event.set();
            assert!(is_ready(event.watched()));
            event.clear();
            assert!(!is_ready(event.watched()));
        }
        let event = super::datagram::Event::new().unwrap();
        assert!(!is_ready(event.watched()));
        event.set();
        event.set();
        assert!(is_ready(event.watched()));
        event.clear();
        assert!(!is_ready(event.watched()));
    }
}

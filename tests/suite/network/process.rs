//! A peer that is a program of its own: started on a free port, ended with the test, whatever ends that.

use std::fs;
use std::io::{self, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::scratch;

/// Long enough for any of them on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(20);

/// The shell ends the peer, and removes its folder, when its input closes: when this is dropped, and when the test process
/// ends in whatever way. Ctrl-C reaches the shell too, which must not end before it has done that.
const UNTIL_INPUT_ENDS: &str = r#"
folder=$1
shift
trap : HUP INT TERM
"$@" </dev/null &
peer=$!
read -r _
kill "$peer"
wait "$peer"
rm -rf "$folder"
"#;

/// A running peer. Dropping it ends it.
pub struct Peer {
    shell: Child,
    folder: PathBuf,
}

impl Peer {
    /// Runs `command` in `folder` and waits until it accepts connections at `ready`.
    pub fn start(folder: &Path, command: &[&str], ready: SocketAddr) -> Peer {
        let said = fs::File::create(folder.join("said")).unwrap();
        let shell = Command::new("sh")
            .args(["-c", UNTIL_INPUT_ENDS, "sh"])
            .arg(folder)
            .args(command)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(said.try_clone().unwrap())
            .stderr(said)
            .spawn()
            .unwrap();
        let mut peer = Peer { shell, folder: folder.to_owned() };
        let start = Instant::now();
        while TcpStream::connect(ready).is_err() {
            let gone = peer.shell.try_wait().unwrap();
            assert!(gone.is_none() && start.elapsed() < START_LIMIT, "{command:?} does not start: {}", peer.said());
            thread::sleep(Duration::from_millis(5));
        }
        peer
    }

    /// A file of its folder; empty when it is not there.
    pub fn file(&self, name: &str) -> String {
        fs::read(self.folder.join(name)).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    /// Where that file is.
    pub fn path(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    fn said(&self) -> String {
        self.file("said")
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

/// An empty folder for one peer, which may write there as another user: in `target`, unless other users cannot get there.
pub fn folder(name: &str) -> PathBuf {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let ours = scratch("peers");
    let is_open = |folder: &Path| fs::metadata(folder).is_ok_and(|facts| facts.permissions().mode() & 0o001 != 0);
    let parent = if ours.ancestors().all(is_open) { ours } else { std::env::temp_dir() };
    let folder = loop {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = parent.join(format!("nativeflow-{name}-{}-{number}", std::process::id()));
        match fs::create_dir(&folder) {
            Ok(()) => break folder,
            // Of a test that was killed, whose number this process has got.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => panic!("{}: {error}", folder.display()),
        }
    };
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
    folder
}

/// Writes a file, and gives its path.
pub fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) -> String {
    let path = folder.join(name);
    fs::File::create(&path).unwrap().write_all(text.as_ref()).unwrap();
    path.to_str().unwrap().to_owned()
}

/// An address that nobody listens on, and that the system gives to nobody by itself: those who ask for any port, and the near ends
/// of connections, get theirs from 32768 on. A peer would find its port taken now and then.
pub fn free_address() -> SocketAddr {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    loop {
        // Test processes that run side by side begin at different ones.
        let number = std::process::id().wrapping_mul(97).wrapping_add(NUMBER.fetch_add(1, Ordering::Relaxed));
        let port = 10_000 + (number % 20_000) as u16;
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)) {
            return listener.local_addr().unwrap();
        }
    }
}

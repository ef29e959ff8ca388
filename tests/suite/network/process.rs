//! A peer that is a separate program. It starts on a free port, and ends when the test ends for any reason.

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

/// Long enough to start any peer on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(20);

/// The shell ends the peer, and removes its directory, when its input closes: when this is dropped, or when the test process ends
/// for any reason. Ctrl-C also reaches the shell, which must not end before it has done this.
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
        let output = fs::File::create(folder.join("output")).unwrap();
        let shell = Command::new("sh")
            .args(["-c", UNTIL_INPUT_ENDS, "sh"])
            .arg(folder)
            .args(command)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        let mut peer = Peer { shell, folder: folder.to_owned() };
        let start = Instant::now();
        while TcpStream::connect(ready).is_err() {
            let gone = peer.shell.try_wait().unwrap();
            assert!(gone.is_none() && start.elapsed() < START_LIMIT, "{command:?} does not start: {}", peer.output());
            thread::sleep(Duration::from_millis(5));
        }
        peer
    }

    /// The content of a file in its directory; empty if the file does not exist.
    pub fn file(&self, name: &str) -> String {
        fs::read(self.folder.join(name)).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    /// The path of that file.
    pub fn path(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    fn output(&self) -> String {
        self.file("output")
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

/// An empty directory for one peer, which may write there as another user: in `target`, if other users can access that.
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
            // A killed test with the same process id left this directory.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => panic!("{}: {error}", folder.display()),
        }
    };
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
    folder
}

/// Writes a file, and returns its path.
pub fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) -> String {
    let path = folder.join(name);
    fs::File::create(&path).unwrap().write_all(text.as_ref()).unwrap();
    path.to_str().unwrap().to_owned()
}

/// An address without a listener, below the range from which the system chooses ports (32768 and above). A port in that range
/// could be in use when the peer starts.
pub fn free_address() -> SocketAddr {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    loop {
        // Parallel test processes begin at different ports.
        let number = std::process::id().wrapping_mul(97).wrapping_add(NUMBER.fetch_add(1, Ordering::Relaxed));
        let port = 10_000 + (number % 20_000) as u16;
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)) {
            return listener.local_addr().unwrap();
        }
    }
}

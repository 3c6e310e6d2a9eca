//! One window a data folder. Who holds the lock owns the window and listens on a socket beside it; who comes later asks
//! there that the window come to the front, hands over a link if there is one, and ends.

use std::{
    fs::{self, File, TryLockError},
    io,
    os::{
        fd::AsRawFd,
        unix::{
            fs::{DirBuilderExt, OpenOptionsExt},
            net::UnixListener as BlockingListener,
        },
    },
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
    sync::{mpsc, oneshot},
    time::timeout,
};

use super::MootLink;

/// Folder of the window's files in a data folder.
const FOLDER: &str = "window";
/// Bytes of a request: a link.
const REQUEST_BYTES: u64 = 8 * 1024;
/// How long a request may take to arrive; they come from this machine.
const REQUEST_WITHIN: Duration = Duration::from_secs(5);
/// How long the owner of the window may take to answer: it may be starting its node.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);
/// Longest path of a socket that every system takes; longer ones go another way.
const SOCKET_PATH_BYTES: usize = 100;
/// What the owner answers.
const DONE: &str = "ok\n";
/// Requests that wait; the owner takes them at once, and each comes from a person's click.
const WAITING: usize = 4;

/// Why there is no window to own or to raise.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InstanceError {
    /// The folder or a file in it cannot be used.
    #[error("cannot use {}", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The owner of the window does not answer.
    #[error("another `moot` has this window open but does not answer; stop it and try again")]
    Silent,
}

/// What somebody who came later asks for.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Raise {
    /// A link to open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) link: Option<MootLink>,
}

/// A request, and where to say that it was heard.
pub(crate) struct Request {
    pub(crate) raise: Raise,
    heard: oneshot::Sender<()>,
}

impl Request {
    /// Answers whoever asked.
    pub(crate) fn heard(self) -> Raise {
        // Nobody waits any more: then nobody needs to know.
        self.heard.send(()).ok();
        self.raise
    }
}

/// Who owns the window of a data folder.
pub(crate) enum Claim {
    /// We do.
    Ours(Instance),
    /// Somebody else does.
    Theirs(Owner),
}

/// The window is ours until this is dropped.
pub(crate) struct Instance {
    folder: PathBuf,
    listener: BlockingListener,
    _lock: File,
}

impl Instance {
    /// Claims the window of a data folder, which is made if need be.
    ///
    /// # Errors
    /// If its files cannot be used.
    pub(crate) fn claim(data_dir: &Path) -> Result<Claim, InstanceError> {
        let folder = data_dir.join(FOLDER);
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| InstanceError::Folder { path, source }
        };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(failed(&folder))?;
        let path = folder.join("lock");
        let lock =
            File::options().create(true).truncate(false).write(true).mode(0o600).open(&path).map_err(failed(&path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(Claim::Theirs(Owner { folder })),
            Err(TryLockError::Error(source)) => return Err(failed(&path)(source)),
        }
        // A socket that a killed owner left behind is nobody's: the lock says so.
        let socket = folder.join("socket");
        match fs::remove_file(&socket) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(&socket)(error)),
            Ok(()) | Err(_) => {}
        }
        let listener = at_socket(&folder, |path| BlockingListener::bind(path)).map_err(failed(&socket))?;
        listener.set_nonblocking(true).map_err(failed(&socket))?;
        Ok(Claim::Ours(Self { folder, listener, _lock: lock }))
    }

    /// Where the window keeps its size and place.
    pub(crate) fn state_file(&self) -> PathBuf {
        self.folder.join("state.json")
    }

    /// Listens to those who come later, until the receiver is dropped. Needs the runtime.
    ///
    /// # Errors
    /// If the runtime cannot take the socket.
    pub(crate) fn requests(&self) -> io::Result<mpsc::Receiver<Request>> {
        let listener = UnixListener::from_std(self.listener.try_clone()?)?;
        let (requests, inbox) = mpsc::channel(WAITING);
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    biased;
                    () = requests.closed() => return,
                    accepted = listener.accept() => match accepted {
                        // One after the other: a request that does not come is cut soon.
                        Ok((stream, _)) => serve(stream, &requests).await,
                        Err(error) => tracing::debug!(%error, "cannot accept on the window's socket"),
                    },
                }
            }
        });
        Ok(inbox)
    }
}

/// Hears one request out and answers it.
async fn serve(mut stream: UnixStream, requests: &mpsc::Sender<Request>) {
    let ours = stream.peer_cred().is_ok_and(|peer| peer.uid() == rustix::process::geteuid().as_raw());
    if !ours {
        return;
    }
    let mut line = String::new();
    let (reader, mut writer) = stream.split();
    let read = async { BufReader::new(reader.take(REQUEST_BYTES)).read_line(&mut line).await };
    if !matches!(timeout(REQUEST_WITHIN, read).await, Ok(Ok(_))) {
        return;
    }
    let Ok(raise) = serde_json::from_str(&line) else { return };
    let (heard, answer) = oneshot::channel();
    if requests.send(Request { raise, heard }).await.is_ok() && answer.await.is_ok() {
        // Whoever asked and left does not miss the answer.
        timeout(REQUEST_WITHIN, writer.write_all(DONE.as_bytes())).await.ok();
    }
}

/// Somebody else who owns the window.
pub(crate) struct Owner {
    folder: PathBuf,
}

impl Owner {
    /// Asks that the window come to the front.
    ///
    /// # Errors
    /// [`InstanceError::Silent`].
    pub(crate) async fn raise(&self, raise: &Raise) -> Result<(), InstanceError> {
        let asked = async {
            let stream = at_socket(&self.folder, |path| std::os::unix::net::UnixStream::connect(path))?;
            stream.set_nonblocking(true)?;
            let mut stream = UnixStream::from_std(stream)?;
            let mut text = serde_json::to_string(raise)?;
            text.push('\n');
            stream.write_all(text.as_bytes()).await?;
            let mut answer = String::new();
            stream.take(DONE.len() as u64).read_to_string(&mut answer).await?;
            Ok::<_, io::Error>(answer == DONE)
        };
        match timeout(ANSWER_WITHIN, asked).await {
            Ok(Ok(true)) => Ok(()),
            _ => Err(InstanceError::Silent),
        }
    }
}

/// Does something at the socket in a folder. The system bounds the length of a socket's path; where ours is longer the
/// folder is reached through the process's own open files.
fn at_socket<T>(folder: &Path, act: impl FnOnce(&Path) -> io::Result<T>) -> io::Result<T> {
    let path = folder.join("socket");
    if path.as_os_str().len() <= SOCKET_PATH_BYTES {
        return act(&path);
    }
    let open = File::open(folder)?;
    act(&PathBuf::from(format!("/proc/self/fd/{}/socket", open.as_raw_fd())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The owner, or a panic.
    fn ours(data_dir: &Path) -> Instance {
        match Instance::claim(data_dir).expect("usable") {
            Claim::Ours(instance) => instance,
            Claim::Theirs(_) => panic!("somebody owns {}", data_dir.display()),
        }
    }

    fn theirs(data_dir: &Path) -> Owner {
        match Instance::claim(data_dir).expect("usable") {
            Claim::Theirs(owner) => owner,
            Claim::Ours(_) => panic!("nobody owns {}", data_dir.display()),
        }
    }

    async fn a_second_one_asks_the_first(data_dir: &Path) {
        let first = ours(data_dir);
        let mut requests = first.requests().expect("listens");
        let link: MootLink = "moot://join/x".parse().expect("a link");
        let raise = Raise { link: Some(link.clone()) };
        let second = theirs(data_dir);
        let (asked, heard) = tokio::join!(second.raise(&raise), async {
            requests.recv().await.map(Request::heard).and_then(|raise| raise.link)
        });
        asked.expect("answered");
        assert_eq!(heard, Some(link));
    }

    #[tokio::test]
    async fn who_comes_second_asks_the_first() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        a_second_one_asks_the_first(folder.path()).await;
    }

    #[tokio::test]
    async fn a_long_path_is_no_obstacle() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let deep = folder.path().join("a".repeat(80)).join("b".repeat(80));
        a_second_one_asks_the_first(&deep).await;
    }

    #[tokio::test]
    async fn the_window_is_free_again_when_its_owner_is_gone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        drop(ours(folder.path()));
        assert!(folder.path().join("window/socket").exists(), "left behind, as after a crash");
        let next = ours(folder.path());
        assert!(next.requests().is_ok());
    }

    #[tokio::test]
    async fn nonsense_is_cut_and_the_next_is_heard() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let first = ours(folder.path());
        let mut requests = first.requests().expect("listens");
        for nonsense in ["\n", "{}x\n", "{\"link\":\"https://example.org\"}\n", &format!("{}\n", "x".repeat(20_000))] {
            let mut stream = UnixStream::connect(folder.path().join("window/socket")).await.expect("connected");
            // It may be cut before all of it is written.
            stream.write_all(nonsense.as_bytes()).await.ok();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.ok();
            assert_eq!(answer, "", "{nonsense:.30}");
        }
        let second = theirs(folder.path());
        let raise = Raise::default();
        let (asked, heard) = tokio::join!(second.raise(&raise), async { requests.recv().await.map(Request::heard) });
        asked.expect("answered");
        assert!(heard.is_some_and(|raise| raise.link.is_none()));
    }

    #[test]
    fn files_of_the_window_are_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let _instance = ours(&folder.path().join("data"));
        for (path, mode) in [("data", 0o700), ("data/window", 0o700), ("data/window/lock", 0o600)] {
            let held = fs::metadata(folder.path().join(path)).expect("there").permissions().mode() & 0o777;
            assert_eq!(held, mode, "{path}");
        }
    }
}

//! The server: a thread with a listener on this machine.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use hyper::header::{HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::Fault;
use crate::fault::Faults;
use crate::respond::respond;

/// What to serve, and where.
#[derive(Debug, Clone)]
pub struct Options {
    /// Folder of the site.
    pub root: PathBuf,
    /// Folder part of the URL, beginning and ending with a slash: `/` or `/some/folder/`.
    pub prefix: String,
    /// TCP port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// Send the `.br` or `.gz` copy beside a file to browsers that take it.
    pub compressed: bool,
    /// Headers added to every answer, name and value.
    pub headers: Vec<(String, String)>,
}

impl Options {
    /// Serves `root` under `/` on a free port, without extras.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            prefix: "/".into(),
            port: 0,
            compressed: false,
            headers: Vec::new(),
        }
    }
}

/// A request that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// `GET`, `HEAD` or what else was tried.
    pub method: String,
    /// Path of the URL, as it was sent, without the query.
    pub path: String,
    /// Status of the answer; 0 where there was none.
    pub status: u16,
}

/// Why the server can't start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Another program listens on the port.
    #[error("port {0} is taken by another program")]
    PortTaken(u16),
    /// The folder isn't there.
    #[error("there is no folder {}", .0.display())]
    NoFolder(PathBuf),
    /// The prefix doesn't begin and end with a slash.
    #[error("the folder part of the URL must begin and end with a slash: {0}")]
    Prefix(String),
    /// A header isn't one.
    #[error("not a header: {0}")]
    Header(String),
    /// The system refuses.
    #[error("can't listen: {0}")]
    System(#[from] std::io::Error),
}

/// What the server's thread and its owner both see.
pub(crate) struct Shared {
    root: Mutex<PathBuf>,
    pub(crate) prefix: String,
    pub(crate) compressed: bool,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    faults: Mutex<Faults>,
    log: Mutex<Vec<Received>>,
}

impl Shared {
    /// The folder that is served now.
    pub(crate) fn root(&self) -> PathBuf {
        lock(&self.root).clone()
    }

    pub(crate) fn strike(&self, path: &str) -> Vec<Fault> {
        lock(&self.faults).strike(path)
    }

    pub(crate) fn log(&self, method: &str, path: &str, status: u16) {
        lock(&self.log).push(Received {
            method: method.into(),
            path: path.into(),
            status,
        });
    }
}

/// A server that runs until it is dropped.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts serving; the port accepts connections when this returns.
    ///
    /// # Errors
    /// The port is taken, the folder is missing, or an option makes no sense: see [`ServeError`].
    pub fn start(options: Options) -> Result<Self, ServeError> {
        if !options.root.is_dir() {
            return Err(ServeError::NoFolder(options.root));
        }
        if !options.prefix.starts_with('/') || !options.prefix.ends_with('/') {
            return Err(ServeError::Prefix(options.prefix));
        }
        let headers = options.headers.iter().map(|(name, value)| {
            let header = name.parse::<HeaderName>().ok().zip(value.parse().ok());
            header.ok_or_else(|| ServeError::Header(format!("{name}: {value}")))
        });
        let shared = Arc::new(Shared {
            headers: headers.collect::<Result<_, _>>()?,
            root: Mutex::new(options.root),
            prefix: options.prefix,
            compressed: options.compressed,
            faults: Mutex::default(),
            log: Mutex::default(),
        });

        let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
        let listener = std::net::TcpListener::bind(wanted).map_err(|error| match error.kind() {
            std::io::ErrorKind::AddrInUse => ServeError::PortTaken(options.port),
            _ => ServeError::System(error),
        })?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (stop, stopped) = oneshot::channel();
        let served = shared.clone();
        let thread = std::thread::Builder::new()
            .name("serve".into())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        () = accept(listener, served) => {}
                        _ = stopped => {}
                    }
                });
            })?;
        Ok(Self {
            address,
            shared,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Where the site begins, with the prefix: `http://127.0.0.1:8080/`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}{}", self.address, self.shared.prefix)
    }

    /// Every request answered so far, in order.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        lock(&self.shared.log).clone()
    }

    /// Forgets the requests answered so far.
    pub fn forget_received(&self) {
        lock(&self.shared.log).clear();
    }

    /// From now on the site in `root` is served, as after a new version was copied to the host.
    pub fn serve_from(&self, root: impl Into<PathBuf>) {
        *lock(&self.shared.root) = root.into();
    }

    /// From now on `fault` strikes requests whose path contains `path_part`: the next `times` of
    /// them, or all.
    pub fn plan_fault(&self, path_part: &str, fault: Fault, times: Option<u32>) {
        lock(&self.shared.faults).plan(path_part, fault, times);
    }

    /// From now on everything is delivered as it should be.
    pub fn clear_faults(&self) {
        lock(&self.shared.faults).clear();
    }

    /// Serves until the process ends.
    pub fn run(mut self) {
        if let Some(thread) = self.thread.take() {
            // The thread ends only by a panic, which has been reported already.
            let _ = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept(listener: std::net::TcpListener, shared: Arc<Shared>) {
    let listener = match TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("The server can't accept connections: {error}.");
            return;
        }
    };
    loop {
        // A connection that breaks while it is being accepted concerns nobody else.
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let shared = shared.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| respond(shared.clone(), request));
            // Browsers drop connections as they please, and faults break them on purpose.
            let _ = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

/// A lock whose holder panicked still holds whole data: each change is one push or clear.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! Stands between a store and its server, and cuts what goes through where a test says.

use fundflow_contract::store_contract::faults::Fails;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// The last line of it is in what a client sends that prepares the statement which appends.
const APPENDS: &str = include_str!("appends.sql");

/// A proxy on a port of its own.
pub(crate) struct Proxy {
    pub(crate) address: String,
    script: Arc<Mutex<Option<Fails>>>,
    is_down: watch::Sender<bool>,
    muted: Arc<AtomicUsize>,
    made: Arc<AtomicUsize>,
}

impl Proxy {
    /// In front of that server.
    pub(crate) async fn before(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let script = Arc::new(Mutex::new(None));
        let is_down = watch::Sender::new(false);
        let (muted, made) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (mute, nth) = (muted.clone(), made.clone());
        let (server, inner, down) = (server.to_owned(), script.clone(), is_down.subscribe());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if *down.borrow() {
                    continue;
                }
                let Ok(server) = TcpStream::connect(&server).await else { continue };
                let nth = nth.fetch_add(1, Ordering::Relaxed) + 1;
                let mute = mute.clone();
                let is_mute = move || nth <= mute.load(Ordering::Relaxed);
                tokio::spawn(between((client, server), inner.clone(), down.clone(), is_mute));
            }
        });
        Self { address, script, is_down, muted, made }
    }

    /// The next append fails there: the connection that carries it is cut.
    pub(crate) fn fail_next(&self, fails: Fails) {
        *self.script.lock().expect("a lock") = Some(fails);
    }

    /// From here on nothing goes through the connections that there are, and they stay open.
    pub(crate) fn mute(&self) {
        self.muted.store(self.made.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    /// Whether all connections are cut, and new ones refused.
    pub(crate) fn set_down(&self, is_down: bool) {
        self.is_down.send_replace(is_down);
    }
}

async fn between(
    (mut client, mut server): (TcpStream, TcpStream),
    script: Arc<Mutex<Option<Fails>>>,
    mut down: watch::Receiver<bool>,
    is_mute: impl Fn() -> bool,
) {
    let (mut from_client, mut from_server) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let mark = APPENDS.lines().last().unwrap_or_default().as_bytes();
    // Statements are prepared once; which one is executed is known by the writer's connection, that has prepared it.
    let (mut is_writer, mut cut_after) = (false, false);
    loop {
        tokio::select! {
            () = async { drop(down.wait_for(|is_down| *is_down).await) } => return,
            read = client.read(&mut from_client) => {
                let Ok(read @ 1..) = read else { return };
                if is_mute() {
                    continue;
                }
                let sent = &from_client[..read];
                is_writer |= sent.windows(mark.len()).any(|at| at == mark);
                // A bind or a parse, and no end of a session.
                let fails = is_writer.then(|| script.lock().expect("a lock").take()).flatten();
                match fails {
                    Some(Fails::Before) => return,
                    Some(Fails::Within) => {
                        // Half of the bytes: the server never gets a whole statement.
                        let _ = server.write_all(&sent[..read / 2]).await;
                        return;
                    }
                    Some(Fails::After) => cut_after = true,
                    None => {}
                }
                if server.write_all(sent).await.is_err() {
                    return;
                }
            }
            read = server.read(&mut from_server) => {
                let Ok(read @ 1..) = read else { return };
                // The server has answered: what it was asked is done, and nobody hears of it.
                if cut_after || client.write_all(&from_server[..read]).await.is_err() {
                    return;
                }
            }
        }
    }
}

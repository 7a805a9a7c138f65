//! A wire between a client and a server that can be slow, silent in one direction, or cut.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// What happens to bytes of one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wire {
    /// They arrive.
    #[default]
    Whole,
    /// They arrive later.
    Slow(Duration),
    /// They do not arrive until the wire is mended, and nobody is told.
    Hole,
}

/// The state of both directions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wires {
    /// From the client to the server.
    pub there: Wire,
    /// From the server to the client.
    pub back: Wire,
    /// Grows when all connections are to break.
    breaks: u32,
    /// Whether new connections are refused.
    refuses: bool,
}

/// A TCP proxy that a test makes misbehave.
#[derive(Debug)]
pub struct Proxy {
    /// Where clients connect.
    pub address: SocketAddr,
    wires: watch::Sender<Wires>,
    server: watch::Sender<SocketAddr>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Listens on a port of its own and passes everything on.
    ///
    /// # Panics
    /// If no port is free.
    pub async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let wires = watch::Sender::new(Wires::default());
        let server = watch::Sender::new(server);
        let task = tokio::spawn(serve(listener, server.subscribe(), wires.clone()));
        Self {
            address,
            wires,
            server,
            task,
        }
    }

    /// Both directions work, and connections are taken again.
    pub fn mend(&self) {
        self.change(|wires| (wires.there, wires.back, wires.refuses) = (Wire::Whole, Wire::Whole, false));
    }

    /// Nothing arrives in either direction, and no connection breaks.
    pub fn black_hole(&self) {
        self.change(|wires| (wires.there, wires.back) = (Wire::Hole, Wire::Hole));
    }

    /// What the client sends arrives; what the server answers does not.
    pub fn lose_answers(&self) {
        self.change(|wires| wires.back = Wire::Hole);
    }

    /// Half of the delay on the way there, half on the way back.
    pub fn delay(&self, round_trip: Duration) {
        let slow = Wire::Slow(round_trip / 2);
        self.change(|wires| (wires.there, wires.back) = (slow, slow));
    }

    /// Breaks all connections, and refuses new ones until it is mended.
    pub fn cut(&self) {
        self.change(|wires| {
            wires.breaks += 1;
            wires.refuses = true;
        });
    }

    /// Passes new connections on to another server. Those that are open stay where they are.
    pub fn retarget(&self, server: SocketAddr) {
        self.server.send_replace(server);
    }

    fn change(&self, change: impl FnOnce(&mut Wires)) {
        self.wires.send_modify(change);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
        self.cut();
    }
}

async fn serve(listener: TcpListener, server: watch::Receiver<SocketAddr>, wires: watch::Sender<Wires>) {
    while let Ok((client, _)) = listener.accept().await {
        if wires.borrow().refuses {
            continue;
        }
        let server = *server.borrow();
        tokio::spawn(pass(client, server, wires.subscribe()));
    }
}

async fn pass(client: TcpStream, server: SocketAddr, mut wires: watch::Receiver<Wires>) {
    let Ok(server) = TcpStream::connect(server).await else {
        return;
    };
    // Small packets must not wait for each other: delays are ours to choose.
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let breaks = wires.borrow().breaks;
    let (client_reads, client_writes) = client.into_split();
    let (server_reads, server_writes) = server.into_split();
    let there = copy(client_reads, server_writes, wires.clone(), |wires| wires.there);
    let back = copy(server_reads, client_writes, wires.clone(), |wires| wires.back);
    let broken = wires.wait_for(|wires| wires.breaks != breaks);
    tokio::select! {
        () = there => {}
        () = back => {}
        _ = broken => {}
    }
}

/// A piece on its way: when it arrives, and what it is.
type Piece = (Instant, Vec<u8>);

async fn copy(
    from: tokio::net::tcp::OwnedReadHalf,
    to: tokio::net::tcp::OwnedWriteHalf,
    wires: watch::Receiver<Wires>,
    direction: fn(&Wires) -> Wire,
) {
    // Each piece has its own delay: a slow wire is long, not narrow.
    let (way, arriving) = mpsc::unbounded_channel();
    tokio::join!(
        take(from, wires.clone(), way, direction),
        deliver(to, wires, arriving, direction)
    );
}

async fn take(
    mut from: tokio::net::tcp::OwnedReadHalf,
    wires: watch::Receiver<Wires>,
    way: mpsc::UnboundedSender<Piece>,
    direction: fn(&Wires) -> Wire,
) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let delay = match direction(&wires.borrow()) {
            Wire::Slow(delay) => delay,
            Wire::Whole | Wire::Hole => Duration::ZERO,
        };
        let Some(piece) = buffer.get(..count) else { return };
        if way.send((Instant::now() + delay, piece.to_vec())).is_err() {
            return;
        }
    }
}

async fn deliver(
    mut to: tokio::net::tcp::OwnedWriteHalf,
    mut wires: watch::Receiver<Wires>,
    mut arriving: mpsc::UnboundedReceiver<Piece>,
    direction: fn(&Wires) -> Wire,
) {
    while let Some((at, piece)) = arriving.recv().await {
        tokio::time::sleep_until(at).await;
        // As TCP does: what was not delivered is delivered once the way is open again.
        let open = wires
            .wait_for(|wires| direction(wires) != Wire::Hole)
            .await
            .is_ok();
        if !open || to.write_all(&piece).await.is_err() {
            return;
        }
    }
}

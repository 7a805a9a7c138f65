//! One connection to Redis that many callers share, made again when it breaks.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use horizon_auth_core::domain::measure::Calls;
use horizon_auth_core::ports::entropy::{Entropy, EntropyError};
use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::cluster::{ClusterClient, ClusterClientBuilder};
use redis::cluster_async::ClusterConnection;
use redis::sentinel::{SentinelClient, SentinelClientBuilder, SentinelServerType};
use redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionAddr, ConnectionInfo, FromRedisValue,
    IntoConnectionInfo as _, Pipeline, RedisConnectionInfo, RedisError, RedisFuture, TlsCertificates,
    TlsMode, Value,
};
use tokio::sync::Mutex;
use tokio::time::timeout;
use uuid::Uuid;

use super::config::{Address, RedisConfig, Topology};
use super::meter::Meter;

/// Redis gave no answer, or not the one it should. Holds no address and no password.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct LinkError(pub(super) String);

impl From<RedisError> for LinkError {
    fn from(error: RedisError) -> Self {
        // The words of the library may hold the address, those of the server a key.
        let detail = error.code().unwrap_or_else(|| error.category());
        Self(detail.to_owned())
    }
}

/// A connection for one kind of use. Clones of it share it.
#[derive(Clone)]
pub(super) enum Conn {
    Single(MultiplexedConnection),
    Cluster(ClusterConnection),
}

impl ConnectionLike for Conn {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::Single(conn) => conn.req_packed_command(cmd),
            Self::Cluster(conn) => conn.req_packed_command(cmd),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::Single(conn) => conn.req_packed_commands(pipeline, offset, count),
            Self::Cluster(conn) => conn.req_packed_commands(pipeline, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Self::Single(conn) => conn.get_db(),
            Self::Cluster(conn) => conn.get_db(),
        }
    }
}

/// The way to Redis.
///
/// Every call has an end: [`RedisConfig::timeout`]. A call that fails is tried again up to
/// three times within it; everything that is sent may be done twice without harm. Between
/// attempts to connect there is a growing pause, during which calls fail at once.
pub struct Link {
    config: RedisConfig,
    node: String,
    names: AtomicU64,
    meter: Meter,
    shared: Mutex<Shared>,
}

struct Shared {
    servers: Servers,
    conn: Option<Conn>,
    /// Grows with every connection, so that only the one that failed is dropped.
    generation: u64,
    failures: u32,
    not_before: Option<Instant>,
}

enum Servers {
    Single(Box<Client>),
    Sentinel(Box<SentinelClient>),
    Cluster(Box<ClusterClient>),
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Link").field(&self.config).finish()
    }
}

const ATTEMPTS: u32 = 4;

#[derive(Clone, Copy)]
enum Question<'a> {
    One(&'a Cmd),
    Several(&'a Pipeline),
}

impl Link {
    /// A way to the servers. Nothing is connected yet.
    ///
    /// # Errors
    /// The configuration cannot be used.
    pub fn new(config: RedisConfig, entropy: &dyn Entropy) -> Result<Self, LinkError> {
        let mut node = [0; 16];
        entropy
            .fill(&mut node)
            .map_err(|EntropyError| LinkError("the operating system gave no random bytes".to_owned()))?;
        let servers = servers(&config)?;
        Ok(Self {
            config,
            node: Uuid::from_bytes(node).simple().to_string(),
            names: AtomicU64::new(0),
            meter: Meter::default(),
            shared: Mutex::new(Shared {
                servers,
                conn: None,
                generation: 0,
                failures: 0,
                not_before: None,
            }),
        })
    }

    /// A name that no other link has.
    pub(super) fn node(&self) -> &str {
        &self.node
    }

    /// A name that nobody has had, not even this link.
    pub(super) fn new_name(&self) -> String {
        format!("{}.{}", self.node, self.names.fetch_add(1, Ordering::Relaxed))
    }

    /// The key of this name.
    pub(super) fn key(&self, name: &str) -> String {
        format!("{}{name}", self.config.prefix)
    }

    /// Whether keys live on several servers.
    pub(super) fn is_cluster(&self) -> bool {
        matches!(self.config.topology, Topology::Cluster(_))
    }

    /// The answer to one command.
    pub(super) async fn call<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, LinkError> {
        self.ask(Question::One(command)).await
    }

    /// The answers to several commands, sent at once.
    pub(super) async fn call_all<T: FromRedisValue>(&self, commands: &Pipeline) -> Result<T, LinkError> {
        self.ask(Question::Several(commands)).await
    }

    /// How the calls went so far, by command.
    pub(super) fn calls(&self) -> Vec<Calls> {
        self.meter.read()
    }

    async fn ask<T: FromRedisValue>(&self, question: Question<'_>) -> Result<T, LinkError> {
        let span = tracing::trace_span!(target: "horizon_auth::trace", "redis", otel.kind = "client");
        let began = Instant::now();
        let answer = self.ask_repeatedly(question).await;
        drop(span);
        let meter = match question {
            Question::One(command) => self.meter.of(command),
            Question::Several(_) => self.meter.of_several(),
        };
        meter.note(began.elapsed(), answer.is_err());
        answer
    }

    async fn ask_repeatedly<T: FromRedisValue>(&self, question: Question<'_>) -> Result<T, LinkError> {
        let mut used = None;
        let attempts = async {
            let mut attempt = 1;
            loop {
                let (mut conn, generation) = self.conn().await?;
                used = Some(generation);
                let answer = match question {
                    Question::One(command) => command.query_async(&mut conn).await,
                    Question::Several(commands) => commands.query_async(&mut conn).await,
                };
                let error = match answer {
                    Ok(answer) => return Ok(answer),
                    Err(error) => error,
                };
                if is_refusal(&error) {
                    return Err(error.into());
                }
                self.drop_conn(generation).await;
                if attempt == ATTEMPTS {
                    return Err(error.into());
                }
                attempt += 1;
            }
        };
        if let Ok(outcome) = timeout(self.config.timeout, attempts).await {
            return outcome;
        }
        // A server that died without a word leaves a connection that looks whole. The library's own
        // time-out for an answer is as long, so it cannot be relied on to come first.
        if let Some(generation) = used {
            self.drop_conn(generation).await;
        }
        Err(LinkError("no answer in time".to_owned()))
    }

    async fn conn(&self) -> Result<(Conn, u64), LinkError> {
        let mut shared = self.shared.lock().await;
        if let Some(conn) = &shared.conn {
            return Ok((conn.clone(), shared.generation));
        }
        if shared.not_before.is_some_and(|at| Instant::now() < at) {
            return Err(LinkError("no connection; the next attempt comes soon".to_owned()));
        }
        // Counted before the attempt: a caller who gives up meanwhile must not hide it.
        shared.failures = shared.failures.saturating_add(1);
        let pause = Duration::from_millis(50) * shared.failures.min(40);
        shared.not_before = Some(Instant::now() + pause);
        let conn = self.connect(&mut shared.servers, self.config.timeout).await?;
        shared.conn = Some(conn.clone());
        shared.generation += 1;
        (shared.failures, shared.not_before) = (0, None);
        Ok((conn, shared.generation))
    }

    async fn drop_conn(&self, generation: u64) {
        let mut shared = self.shared.lock().await;
        if shared.generation == generation {
            shared.conn = None;
        }
    }

    /// A connection of one's own, for commands that wait on the server as long as `patience`.
    pub(super) async fn own_conn(&self, patience: Duration) -> Result<Conn, LinkError> {
        // Made anew from the configuration: the shared clients are locked while they connect.
        let mut servers = servers(&self.config)?;
        let connecting = self.connect(&mut servers, self.config.timeout + patience);
        let out_of_time = |_| Err(LinkError("no connection in time".to_owned()));
        timeout(self.config.timeout, connecting)
            .await
            .unwrap_or_else(out_of_time)
    }

    async fn connect(&self, servers: &mut Servers, response: Duration) -> Result<Conn, LinkError> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.config.timeout))
            .set_response_timeout(Some(response));
        Ok(match servers {
            Servers::Single(client) => Conn::Single(
                client
                    .get_multiplexed_async_connection_with_config(&config)
                    .await?,
            ),
            Servers::Sentinel(client) => {
                Conn::Single(client.get_async_connection_with_config(&config).await?)
            }
            Servers::Cluster(client) => {
                let config = redis::cluster::ClusterConfig::new()
                    .set_connection_timeout(self.config.timeout)
                    .set_response_timeout(response);
                Conn::Cluster(client.get_async_connection_with_config(config).await?)
            }
        })
    }
}

/// Whether the server understood and said no: another attempt would end the same.
fn is_refusal(error: &RedisError) -> bool {
    use redis::{ErrorKind, ServerErrorKind};
    match error.kind() {
        ErrorKind::UnexpectedReturnType | ErrorKind::AuthenticationFailed | ErrorKind::Extension => true,
        // A deposed or loading server may be another one when the connection is made again.
        ErrorKind::Server(kind) => {
            matches!(
                kind,
                ServerErrorKind::ResponseError | ServerErrorKind::ExecAbort | ServerErrorKind::NoPerm
            )
        }
        _ => false,
    }
}

fn servers(config: &RedisConfig) -> Result<Servers, LinkError> {
    let mut credentials = RedisConnectionInfo::default()
        .set_db(config.database)
        .set_skip_set_lib_name();
    if let Some(name) = &config.username {
        credentials = credentials.set_username(name);
    }
    if let Some(password) = &config.password {
        credentials = credentials.set_password(password.as_str());
    }
    let certificates = || TlsCertificates {
        client_tls: None,
        root_cert: config.ca_pem.clone(),
    };
    let info = |address: &Address| -> Result<ConnectionInfo, RedisError> {
        Ok(addr(address, config.tls)
            .into_connection_info()?
            .set_redis_settings(credentials.clone()))
    };
    Ok(match &config.topology {
        Topology::Single(address) if config.tls => {
            Servers::Single(Box::new(Client::build_with_tls(info(address)?, certificates())?))
        }
        Topology::Single(address) => Servers::Single(Box::new(Client::open(info(address)?)?)),
        Topology::Sentinel { sentinels, primary } => {
            let addresses = sentinels.iter().map(|address| addr(address, config.tls));
            let mut builder = SentinelClientBuilder::new(addresses, primary, SentinelServerType::Master)?
                .set_client_to_redis_db(config.database);
            if let Some(name) = &config.username {
                builder = builder.set_client_to_redis_username(name);
            }
            if let Some(password) = &config.password {
                builder = builder.set_client_to_redis_password(password.as_str());
            }
            if config.tls {
                builder = builder
                    .set_client_to_redis_tls_mode(TlsMode::Secure)
                    .set_client_to_redis_certificates(certificates())
                    .set_client_to_sentinel_tls_mode(TlsMode::Secure)
                    .set_client_to_sentinel_certificates(certificates());
            }
            Servers::Sentinel(Box::new(builder.build()?))
        }
        Topology::Cluster(nodes) => {
            let nodes = nodes.iter().map(info).collect::<Result<Vec<_>, _>>()?;
            let mut builder = ClusterClientBuilder::new(nodes).retries(2);
            if config.tls {
                builder = builder.tls(TlsMode::Secure).certs(certificates());
            }
            Servers::Cluster(Box::new(builder.build()?))
        }
    })
}

fn addr(address: &Address, tls: bool) -> ConnectionAddr {
    let (host, port) = (address.host.clone(), address.port);
    if tls {
        ConnectionAddr::TcpTls {
            host,
            port,
            insecure: false,
            tls_params: None,
        }
    } else {
        ConnectionAddr::Tcp(host, port)
    }
}

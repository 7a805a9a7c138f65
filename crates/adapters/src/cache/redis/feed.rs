//! The stream that carries revocations to every node.
//!
//! Redis keeps the stream and, in a hash beside it, the number of its last entry and a name that it
//! got when it was made. Both are changed by one script, so they go together or not at all.

use std::time::Duration;

use redis::streams::StreamReadReply;

use super::entry::{Body, Entry};
use super::link::{Conn, Link, LinkError};

/// Appends an entry; answers its number and the life of the stream.
///
/// The life names the stream and the server process that holds it: a stream that was deleted, a
/// server that restarted without its last writes, and a replica that took over without them are
/// lives of their own. A reader who finds another life than its own reads SQL again.
const APPEND: &str = r"
if redis.call('EXISTS', KEYS[1], KEYS[2]) < 2 then
    redis.call('DEL', KEYS[1], KEYS[2])
    redis.call('HSET', KEYS[2], 'name', ARGV[1], 'last', 0)
end
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
local replication = string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')
local life = redis.call('HGET', KEYS[2], 'name') .. '-' .. run .. '-' .. replication
local number = redis.call('HINCRBY', KEYS[2], 'last', 1)
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], number .. '-0', 'life', life, 'from', ARGV[3], 'body', ARGV[4])
return {number, life}
";
/// Entries that are kept for readers who fall behind: a minute of a hundred nodes and more. Whoever is
/// further behind reads SQL.
const KEPT: u32 = 50_000;
/// Most entries of one read.
const BATCH: u32 = 1000;
/// How long a read waits on the server for something new.
pub(super) const PATIENCE: Duration = Duration::from_millis(500);

/// Where an entry was put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) seq: u64,
    pub(super) life: String,
}

impl Link {
    // The braces put both keys on one node of a cluster.
    fn stream(&self) -> String {
        self.key("{rev}")
    }

    /// Appends an entry; makes the stream if it is not there.
    pub(super) async fn append(&self, body: &Body) -> Result<Place, LinkError> {
        let mut script = ::redis::cmd("EVAL");
        script
            .arg(APPEND)
            .arg(2)
            .arg(self.stream())
            .arg(self.key("{rev}:state"))
            .arg(self.new_name())
            .arg(KEPT)
            .arg(self.node())
            .arg(body.encode());
        let (seq, life) = self.call(&script).await?;
        Ok(Place { seq, life })
    }

    /// Ends the life of the stream, and takes the mark away that all revocations of SQL are written: whoever
    /// follows the one or relies on the other reads SQL again.
    pub(super) async fn end_stream(&self) -> Result<(), LinkError> {
        let mut command = ::redis::cmd("DEL");
        command
            .arg(self.stream())
            .arg(self.key("{rev}:state"))
            .arg(self.loaded_key());
        let _: i64 = self.call(&command).await?;
        Ok(())
    }

    /// The entries after `seq`; waits for a moment if there are none.
    pub(super) async fn read_after(&self, conn: &mut Conn, seq: u64) -> Result<Vec<Entry>, LinkError> {
        let mut read = ::redis::cmd("XREAD");
        read.arg("COUNT")
            .arg(BATCH)
            .arg("BLOCK")
            .arg(u64::try_from(PATIENCE.as_millis()).unwrap_or(u64::MAX))
            .arg("STREAMS")
            .arg(self.stream())
            .arg(format!("{seq}-0"));
        let reply: Option<StreamReadReply> = read.query_async(conn).await?;
        let streams = reply.map_or_else(Vec::new, |reply| reply.keys);
        let ids = streams.into_iter().flat_map(|stream| stream.ids);
        ids.map(|id| {
            let field = |name| id.get::<String>(name);
            let seq = id.id.strip_suffix("-0").and_then(|seq| seq.parse().ok());
            let body = field("body").and_then(|body| Body::decode(&body));
            match (seq, field("life"), field("from"), body) {
                (Some(seq), Some(life), Some(from), Some(body)) => Ok(Entry {
                    seq,
                    life,
                    from,
                    body,
                }),
                _ => Err(LinkError(
                    "the stream holds an entry that is none of ours".to_owned(),
                )),
            }
        })
        .collect()
    }
}

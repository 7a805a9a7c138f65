//! The promise of the lease under pauses, cuts, restarts and lost writes, in simulated time: once a
//! revocation is acknowledged, no node accepts what it denies.

use std::collections::BTreeSet;

use horizon_auth_core::domain::ids::SessionId;
use horizon_auth_core::domain::revocation::Revoked;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::time::Timestamp;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const LENGTH: Duration = Duration::from_millis(1000);

fn session(number: u64) -> Revocation {
    Revocation {
        tenant: TenantId::parse("home").unwrap(),
        what: Revoked::Session(SessionId::from_uuid(Uuid::from_u128(u128::from(number)))),
        expires_at: Timestamp::from_millis(i64::MAX),
    }
}

fn number(revocation: &Revocation) -> u64 {
    match revocation.what {
        Revoked::Session(session) => u64::try_from(session.uuid().as_u128()).unwrap(),
        Revoked::Token(_) | Revoked::User { .. } | Revoked::Tenant { .. } | Revoked::Key(_) => {
            unreachable!("only sessions are denied here")
        }
    }
}

/// What can happen. The numbers are taken modulo what there is.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// Time passes.
    Wait(u64),
    /// A node notes the time and sends a heartbeat, which is under way.
    Beat(usize),
    /// The oldest heartbeat under way arrives; whether the answer comes back.
    Arrive(bool),
    /// A node reads some entries, or begins to.
    Read(usize, usize),
    /// A node reads SQL.
    Load(usize),
    /// A node revokes something new.
    Revoke(usize),
    /// A node stands still, or goes on.
    Pause(usize),
    /// A node is cut off from Redis, or reaches it again.
    Cut(usize),
    /// A node is killed and starts anew.
    Restart(usize),
    /// A replica takes over without the last writes.
    FailOver(usize),
    /// Somebody deletes everything.
    Flush,
}

fn event() -> impl Strategy<Value = Event> {
    let node = 0..3_usize;
    prop_oneof![
        6 => (1..400_u64).prop_map(Event::Wait),
        8 => node.clone().prop_map(Event::Beat),
        10 => any::<bool>().prop_map(Event::Arrive),
        12 => (node.clone(), 1..6_usize).prop_map(|(node, count)| Event::Read(node, count)),
        4 => node.clone().prop_map(Event::Load),
        5 => node.clone().prop_map(Event::Revoke),
        1 => node.clone().prop_map(Event::Pause),
        1 => node.clone().prop_map(Event::Cut),
        1 => node.prop_map(Event::Restart),
        1 => (0..5_usize).prop_map(Event::FailOver),
        1 => Just(Event::Flush),
    ]
}

struct Redis {
    life: u32,
    entries: Vec<Entry>,
    last: u64,
}

impl Redis {
    fn append(&mut self, from: &str, body: Body) -> Place {
        self.last += 1;
        let place = Place {
            seq: self.last,
            life: self.life.to_string(),
        };
        self.entries.push(Entry {
            seq: place.seq,
            life: place.life.clone(),
            from: from.to_owned(),
            body,
        });
        place
    }
}

struct Node {
    name: String,
    lease: Lease,
    memory: BTreeSet<u64>,
    loaded: bool,
    paused: bool,
    cut: bool,
}

impl Node {
    fn new(name: String) -> Self {
        let lease = Lease::new(&name, LENGTH);
        Self {
            name,
            lease,
            memory: BTreeSet::new(),
            loaded: false,
            paused: false,
            cut: false,
        }
    }

    fn accepts(&self, what: u64, now: Instant) -> bool {
        let fresh = self.lease.fresh_until().is_some_and(|until| now < until);
        fresh && self.loaded && !self.memory.contains(&what)
    }
}

/// A revoking call that waits.
struct Waiting {
    what: u64,
    by: String,
    place: Place,
    answered: Instant,
}

struct World {
    now: Instant,
    redis: Redis,
    sql: BTreeSet<u64>,
    nodes: Vec<Node>,
    under_way: Vec<(usize, String, Body)>,
    waiting: Vec<Waiting>,
    acknowledged: BTreeSet<u64>,
    names: u32,
    /// How often a node decided something, so that the property is not true of nothing.
    decisions: u64,
    /// How many acknowledgements came before a whole lease was over.
    fast: u64,
}

impl World {
    fn new() -> Self {
        Self {
            now: Instant::now(),
            redis: Redis {
                life: 0,
                entries: Vec::new(),
                last: 0,
            },
            sql: BTreeSet::new(),
            nodes: (0..3).map(|number| Node::new(format!("node{number}"))).collect(),
            under_way: Vec::new(),
            waiting: Vec::new(),
            acknowledged: BTreeSet::new(),
            names: 0,
            decisions: 0,
            fast: 0,
        }
    }

    fn happen(&mut self, event: Event) {
        let now = self.now;
        match event {
            Event::Wait(millis) => self.now += Duration::from_millis(millis),
            Event::Beat(at) => {
                let node = &mut self.nodes[at];
                if !node.paused && node.lease.applied().is_some() {
                    let body = node.lease.beat(now);
                    self.under_way.push((at, node.name.clone(), body));
                }
            }
            Event::Arrive(answered) => {
                if self.under_way.is_empty() {
                    return;
                }
                let (at, name, body) = self.under_way.remove(0);
                let node = &mut self.nodes[at];
                if node.cut {
                    return;
                }
                let place = self.redis.append(&name, body);
                if answered && !node.paused && node.name == name && !node.lease.follows(&place.life) {
                    node.lease.lose();
                }
            }
            Event::Read(at, count) => self.read(at, count),
            Event::Load(at) => {
                let node = &mut self.nodes[at];
                if !node.paused && node.lease.applied().is_some() {
                    node.memory.extend(&self.sql);
                    node.loaded = true;
                }
            }
            Event::Revoke(at) => {
                let node = &mut self.nodes[at];
                if node.paused {
                    return;
                }
                let what = u64::try_from(self.sql.len()).unwrap();
                self.sql.insert(what);
                node.memory.insert(what);
                if !node.cut {
                    let place = self.redis.append(&node.name, Body::Denied(vec![session(what)]));
                    self.waiting.push(Waiting {
                        what,
                        by: node.name.clone(),
                        place,
                        answered: now,
                    });
                }
            }
            Event::Pause(at) => self.nodes[at].paused ^= true,
            Event::Cut(at) => self.nodes[at].cut ^= true,
            Event::Restart(at) => {
                self.names += 1;
                self.nodes[at] = Node::new(format!("again{}", self.names));
            }
            Event::FailOver(lost) => {
                let kept = self.redis.entries.len().saturating_sub(lost);
                self.redis.entries.truncate(kept);
                self.redis.last = self.redis.entries.last().map_or(0, |entry| entry.seq);
                self.redis.life += 1;
            }
            Event::Flush => {
                self.redis = Redis {
                    life: self.redis.life + 1,
                    entries: Vec::new(),
                    last: 0,
                }
            }
        }
    }

    fn read(&mut self, at: usize, count: usize) {
        let (now, node) = (self.now, &mut self.nodes[at]);
        if node.paused || node.cut {
            return;
        }
        let Some(applied) = node.lease.applied() else {
            let body = node.lease.beat(now);
            let place = self.redis.append(&node.name, body);
            node.lease.follow(place, now);
            node.loaded = false;
            return;
        };
        let news: Vec<Entry> = self
            .redis
            .entries
            .iter()
            .filter(|entry| entry.seq > applied)
            .take(count)
            .cloned()
            .collect();
        for entry in news {
            match node.lease.read(entry, now) {
                Step::Apply(denied) => node.memory.extend(denied.iter().map(number)),
                Step::Noted => {}
                Step::Lost => return,
            }
        }
    }

    /// Answers the calls that may be answered.
    fn acknowledge(&mut self) {
        let (now, nodes) = (self.now, &self.nodes);
        let (acknowledged, fast) = (&mut self.acknowledged, &mut self.fast);
        self.waiting.retain(|waiting| {
            let Some(node) = nodes.iter().find(|node| node.name == waiting.by) else {
                return false; // killed: nobody gets an answer
            };
            if node.paused {
                return true;
            }
            let everywhere = node.lease.is_everywhere(&waiting.place, now);
            if everywhere || now >= waiting.answered + node.lease.patience() {
                *fast += u64::from(now < waiting.answered + LENGTH);
                acknowledged.insert(waiting.what);
                return false;
            }
            true
        });
    }

    fn check(&mut self) -> Result<(), TestCaseError> {
        for node in self.nodes.iter().filter(|node| !node.paused) {
            self.decisions += u64::from(node.accepts(u64::MAX, self.now));
            for what in &self.acknowledged {
                prop_assert!(!node.accepts(*what, self.now), "{} accepts {what}", node.name);
            }
        }
        Ok(())
    }
}

#[test]
fn no_node_accepts_what_was_acknowledged_as_revoked() {
    let (mut decisions, mut acknowledged, mut fast) = (0, 0, 0);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(3000));
    let totals = std::cell::RefCell::new((&mut decisions, &mut acknowledged, &mut fast));
    runner
        .run(&prop::collection::vec(event(), 1..250), |events| {
            let mut world = World::new();
            for event in events {
                world.happen(event);
                world.acknowledge();
                world.check()?;
            }
            let mut totals = totals.borrow_mut();
            *totals.0 += world.decisions;
            *totals.1 += world.acknowledged.len();
            *totals.2 += world.fast;
            Ok(())
        })
        .unwrap();
    // A world in which nothing is ever decided or acknowledged would keep the promise too.
    assert!(decisions > 10_000, "{decisions}");
    assert!(acknowledged > 1_000, "{acknowledged}");
    assert!(fast > 50, "{fast}");
}

#[path = "lease_steps_tests.rs"]
mod steps;

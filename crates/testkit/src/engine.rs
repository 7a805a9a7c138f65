//! An engine on a fresh database.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use horizon_auth_adapters::cache::memory::{MemoryDenylist, MemoryLimiter};
use horizon_auth_adapters::system::SystemEntropy;
use horizon_auth_core::auth::{Auth, Parts};
use horizon_auth_core::crypto::access_token::AccessTokens;
use horizon_auth_core::crypto::keyring::{KeyRing, SigningKey};
use horizon_auth_core::crypto::password_hasher::{HashEngine, HasherConfig, PasswordHasher};
use horizon_auth_core::crypto::pepper::Peppers;
use horizon_auth_core::crypto::sealing::SealingKeys;
use horizon_auth_core::domain::claims::VerifiedToken;
use horizon_auth_core::domain::client::Client;
use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::key::Algorithm;
use horizon_auth_core::domain::limits::Limits;
use horizon_auth_core::domain::password::Password;
use horizon_auth_core::domain::policy::{Argon2Cost, Policy};
use horizon_auth_core::domain::role::Role;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::token::{Refresh, Secret};
use horizon_auth_core::error::Error;
use horizon_auth_core::flows::{
    AuthenticateCommand, EndSessionCommand, IdempotencyKey, LoggedIn, LoginCommand, LogoutCommand,
    LogoutScope, RefreshCommand, Refreshed, RegisterCommand, Registered,
};
use horizon_auth_core::ports::breaches::Breaches;
use horizon_auth_core::ports::cache::Limiter;

use crate::clock::FixedClock;
use crate::database::{Database, Kind};
use crate::mailbox::{Mailbox, PlainWords};
use crate::node::{Caches, SharedRedis};

/// The password of everybody in tests.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// One key pair for a whole test binary: making RSA keys is slow.
static SIGNING_KEY: LazyLock<String> = LazyLock::new(|| {
    SigningKey::generate(Algorithm::Rs256)
        .expect("a key can be made")
        .private_pem
        .to_string()
});

/// What differs from the defaults.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Which database.
    pub kind: Kind,
    /// Rules; without limits unless a test sets some.
    pub policy: Policy,
    /// Hashing; cheap unless a test says otherwise.
    pub hashing: HasherConfig,
    /// Keys of hashing; none unless a test sets some.
    pub peppers: Peppers,
    /// Keys that seal signing keys; none unless a test changes keys.
    pub sealing_keys: SealingKeys,
    /// The list of breached passwords, if one is asked.
    pub breaches: Option<Arc<dyn Breaches>>,
    /// Where attempts are counted; another engine may count in the same place.
    pub limiter: Arc<dyn Limiter>,
    /// The Redis that nodes share, if they do; attempts are counted there too.
    pub redis: Option<SharedRedis>,
}

impl Setup {
    /// The usual set-up: defaults of the design, no limits, cheap hashes.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        let mut policy = Policy::new(tenant(), Role::parse("user").expect("a role name"));
        policy.limits = Limits::OFF;
        let hashing = HasherConfig {
            cost: Argon2Cost {
                memory_kib: 64,
                passes: 1,
                lanes: 1,
            },
            memory_mib: 16,
            max_parallel: 4,
            max_queue: 10_000,
            queue_deadline: Duration::from_secs(60),
            bcrypt: true,
            foreign: true,
            engine: HashEngine::Fast,
        };
        Self {
            kind,
            policy,
            hashing,
            peppers: Peppers::default(),
            sealing_keys: SealingKeys::default(),
            breaches: None,
            limiter: Arc::new(MemoryLimiter::default()),
            redis: None,
        }
    }

    /// Changes the rules.
    #[must_use]
    pub fn policy(mut self, change: impl FnOnce(&mut Policy)) -> Self {
        change(&mut self.policy);
        self
    }

    /// Lets keys be changed in the database.
    #[must_use]
    pub fn sealing(mut self) -> Self {
        let line = SealingKeys::fresh_line(&SystemEntropy).expect("random bytes");
        self.sealing_keys = SealingKeys::parse(&line).expect("a sealing key");
        self
    }

    /// Starts the engine on a fresh database.
    pub async fn start(self) -> TestAuth {
        let database = Database::fresh(self.kind).await;
        self.start_on(database).await
    }

    /// Starts an engine on an existing database, as a restarted process would.
    pub async fn start_on(self, database: Database) -> TestAuth {
        let clock = Arc::new(FixedClock::default());
        let mailbox = Arc::new(Mailbox::default());
        let auth = Auth::from_parts(self.parts(&database, &clock, &mailbox, false));
        auth.prepare().await.expect("the engine prepares");
        TestAuth {
            auth,
            clock,
            mailbox,
            database,
            setup: self,
        }
    }

    fn parts(
        &self,
        database: &Database,
        clock: &Arc<FixedClock>,
        mailbox: &Arc<Mailbox>,
        is_outsider: bool,
    ) -> Parts {
        let signing = SigningKey::from_pem(&SIGNING_KEY).expect("our own key parses");
        let ring = KeyRing::new(Some(signing), Vec::new()).expect("a ring of one key");
        let policy = self.policy.clone();
        let entropy = Arc::new(SystemEntropy);
        let caches = match &self.redis {
            Some(redis) => redis.caches(is_outsider, Arc::clone(clock) as Arc<_>),
            None => Caches {
                denylist: Arc::new(MemoryDenylist::default()),
                limiter: Arc::clone(&self.limiter),
                server: None,
            },
        };
        Parts {
            store: Arc::new(database.another_store()),
            denylist: caches.denylist,
            limiter: caches.limiter,
            cache: caches.server,
            clock: Arc::clone(clock) as Arc<_>,
            mailer: Arc::clone(mailbox) as Arc<_>,
            templates: Arc::new(PlainWords),
            breaches: self.breaches.clone(),
            hasher: PasswordHasher::with_peppers(
                self.hashing,
                self.peppers.clone(),
                Arc::clone(&entropy) as Arc<_>,
            )
            .expect("a hasher"),
            entropy,
            tokens: AccessTokens::new(
                ring,
                policy.issuer.clone(),
                policy.audience.clone(),
                policy.leeway,
            )
            .with_sealing_keys(self.sealing_keys.clone()),
            policy,
        }
    }
}

/// A running engine with its clock and database.
#[derive(Debug)]
pub struct TestAuth {
    /// The engine.
    pub auth: Auth,
    /// Its clock.
    pub clock: Arc<FixedClock>,
    /// The mails it sent.
    pub mailbox: Arc<Mailbox>,
    /// Its database.
    pub database: Database,
    setup: Setup,
}

impl TestAuth {
    /// The usual engine on SQLite.
    pub async fn new() -> Self {
        Setup::new(Kind::Sqlite).start().await
    }

    /// The usual engine on either database.
    pub async fn on(kind: Kind) -> Self {
        Setup::new(kind).start().await
    }

    /// A second engine on the same database with the same clock, as after a restart.
    pub async fn restarted(&self) -> Auth {
        let auth = self.unprepared();
        auth.prepare().await.expect("the engine prepares");
        auth
    }

    /// The same with all that belongs to it, for a front end of its own.
    pub async fn twin(&self) -> Self {
        self.around(self.restarted().await)
    }

    /// Everything that belongs to this engine around another one on the same database.
    #[must_use]
    pub fn around(&self, auth: Auth) -> Self {
        Self {
            auth,
            clock: Arc::clone(&self.clock),
            mailbox: Arc::clone(&self.mailbox),
            database: self.database.shared(),
            setup: self.setup.clone(),
        }
    }

    /// The same without [`Auth::prepare`]: a node that has not read the revocations yet.
    #[must_use]
    pub fn unprepared(&self) -> Auth {
        Auth::from_parts(
            self.setup
                .parts(&self.database, &self.clock, &self.mailbox, false),
        )
    }

    /// A second engine on the same database with the same clock and another set-up.
    #[must_use]
    pub fn unprepared_as(&self, setup: &Setup) -> Auth {
        Auth::from_parts(setup.parts(&self.database, &self.clock, &self.mailbox, false))
    }

    /// The set-up of this engine.
    #[must_use]
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// A second node on the same database, with its own way to the Redis that they share.
    ///
    /// # Panics
    /// If the engine cannot prepare.
    pub async fn another_node(&self, redis: SharedRedis) -> Auth {
        let setup = Setup {
            redis: Some(redis),
            ..self.setup.clone()
        };
        let auth = Auth::from_parts(setup.parts(&self.database, &self.clock, &self.mailbox, false));
        auth.prepare().await.expect("the engine prepares");
        auth
    }

    /// An engine on the same database as the command line opens it.
    #[must_use]
    pub fn outsider(&self) -> Auth {
        Auth::beside_server(self.setup.parts(&self.database, &self.clock, &self.mailbox, true))
    }

    /// A registered person, logged in.
    pub async fn signed_in(&self, email: &str) -> LoggedIn {
        match self.register(email).await.expect("registration succeeds") {
            Registered::LoggedIn(logged_in) => *logged_in,
            Registered::VerificationRequired(_) => panic!("this policy demands verification"),
        }
    }

    /// Registers somebody with the usual password.
    pub async fn register(&self, email: &str) -> Result<Registered, Error> {
        self.auth.register(register(email)).await
    }

    /// Logs in with the usual password.
    pub async fn login(&self, email: &str) -> Result<LoggedIn, Error> {
        self.login_with(email, PASSWORD).await
    }

    /// Logs in with some password.
    pub async fn login_with(&self, email: &str, password: &str) -> Result<LoggedIn, Error> {
        let cmd = LoginCommand {
            tenant: tenant(),
            email: Email::parse(email).expect("an address"),
            password: Password::offered(password).expect("a password"),
            client: self.client(),
        };
        self.auth.login(cmd).await
    }

    /// Trades a refresh token.
    pub async fn refresh(&self, token: &Secret<Refresh>) -> Result<LoggedIn, Error> {
        self.refreshed(token, None)
            .await
            .map(|refreshed| refreshed.logged_in)
    }

    /// Trades a refresh token with an `Idempotency-Key`; the result keeps its flight open.
    pub async fn refreshed(&self, token: &Secret<Refresh>, key: Option<&str>) -> Result<Refreshed, Error> {
        let cmd = RefreshCommand {
            tenant: tenant(),
            token: token.clone(),
            idempotency_key: key.map(|key| IdempotencyKey::parse(key).expect("a key")),
            client: self.client(),
        };
        self.auth.refresh(cmd).await
    }

    /// Verifies an access token.
    pub async fn authenticate(&self, token: &str) -> Result<Arc<VerifiedToken>, Error> {
        let cmd = AuthenticateCommand {
            token,
            tenant: &tenant(),
            client: &self.client(),
        };
        self.auth.authenticate(cmd).await
    }

    /// Logs out everywhere.
    pub async fn logout(&self, token: &str) -> Result<(), Error> {
        self.logout_scope(token, LogoutScope::All).await
    }

    /// Logs out as far as said.
    pub async fn logout_scope(&self, token: &str, scope: LogoutScope) -> Result<(), Error> {
        let caller = self.authenticate(token).await?;
        self.auth
            .logout(LogoutCommand {
                caller: &caller,
                scope,
                client: self.client(),
            })
            .await
    }

    /// Ends the session of a refresh token.
    pub async fn end_session(&self, token: &Secret<Refresh>) -> Result<(), Error> {
        let cmd = EndSessionCommand {
            tenant: tenant(),
            token: token.clone(),
            client: self.client(),
        };
        self.auth.end_session(cmd).await
    }

    /// A caller on this machine.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::local(self.auth.fresh_request_id().expect("random bytes"))
    }
}

/// A registration with the usual password.
fn register(email: &str) -> RegisterCommand {
    RegisterCommand {
        tenant: tenant(),
        email: Email::parse(email).expect("an address"),
        password: Password::new(PASSWORD).expect("a password"),
        full_name: None,
        locale: None,
        client: Client::local(horizon_auth_core::domain::ids::RequestId::from_uuid(
            uuid::Uuid::nil(),
        )),
    }
}

pub(crate) fn tenant() -> TenantId {
    TenantId::parse("default").expect("a tenant name")
}

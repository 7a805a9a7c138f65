//! `horizon-auth doctor`: looks at everything that a server of this configuration depends on, and says what to do.
//!
//! `mod.rs` gathers facts, each within a time limit, from the engine and the system. Every other file judges a
//! part of them: facts in, findings out, nothing is asked there. Nothing is changed anywhere, no secret is shown.

mod clocks;
mod database;
mod files;
mod finding;
mod hashing;
mod keys;
mod machine;
mod mail;
mod redis;
mod secrets;
mod web;

use std::time::Duration;

use horizon_auth::config::{Config, Environment, Examined, MailTransport, Mode};
use horizon_auth::doctor::{self, Contents, DatabaseReport, RedisFacts, ServerFacts};
use horizon_auth::operator::Email;

use super::block_on;
use super::users::desk::json;
use crate::cli::DoctorArgs;
use crate::load_config;
use crate::ui::{self, Failure};
use finding::{Finding, State};

/// Longest time that one part is waited for; everything that it does has limits of its own below this.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn run(args: &DoctorArgs) -> Result<(), Failure> {
    let to = args.send_test_mail.as_deref().map(Email::parse).transpose();
    let to = to.map_err(|violation| Failure::new(format!("--send-test-mail {}", violation.rule)))?;
    let examined = load_config::with_sources(&args.config, Config::examine)?;
    let mut answer = Answer::new(args, examined.config.as_ref());
    answer.say_all(configuration(&examined))?;
    if let Some(config) = &examined.config {
        block_on(Box::pin(look(&examined, config, to, &mut answer)))?;
    }
    answer.end()
}

/// What the configuration itself says: all that is wrong with it.
fn configuration(examined: &Examined) -> Vec<Finding> {
    const CHECK: &str = "configuration";
    let problems = examined.problems.iter().map(|problem| {
        let seen = format!("{} {} ({})", problem.setting, problem.what, problem.place);
        Finding::failed(CHECK, seen, problem.fix.clone())
    });
    let mut findings: Vec<Finding> = problems.collect();
    if let Some(config) = examined.config.as_ref().filter(|_| findings.is_empty()) {
        let environment = match config.environment {
            Environment::Development => "development",
            Environment::Production => "production",
        };
        findings.push(Finding::ok(
            CHECK,
            format!(
                "{environment}, listening on {}, reached at {}",
                config.listen, config.public_url
            ),
        ));
    }
    findings
}

/// Asks and judges, part by part. What cannot be asked is said, and does not end the rest.
async fn look(
    examined: &Examined,
    config: &Config,
    to: Option<Email>,
    answer: &mut Answer<'_>,
) -> Result<(), Failure> {
    let is_given = |section| examined.is_given(section);
    let has_engine = config.mode != Mode::SsoClient;
    // Side by side: each mostly waits.
    let (database, redis, log_in) = tokio::join!(
        within(async {
            if has_engine && is_given("database") {
                Some(doctor::database(config).await)
            } else {
                None
            }
        }),
        within(async {
            if is_given("redis") {
                Some(doctor::redis(config).await)
            } else {
                None
            }
        }),
        within(async {
            match config.mail.transport {
                MailTransport::Smtp { .. } => Some(doctor::try_smtp(config).await),
                MailTransport::None
                | MailTransport::Custom
                | MailTransport::File { .. }
                | MailTransport::Resend { .. }
                | MailTransport::SendGrid { .. } => None,
            }
        }),
    );
    let contents = contents(database.as_ref());
    answer.say_all(judge_database(config, database.as_ref()))?;
    answer.say_all(match &redis {
        Some(redis) => redis::judge(config, redis),
        None => vec![unchecked("redis.reached", "redis")],
    })?;
    answer.say_all(judge_clocks(database.as_ref(), redis.as_ref(), contents))?;
    answer.say_all(keys::judge_configured(examined, config))?;
    if let Some(contents) = contents {
        answer.say_all(keys::judge_stored(config, contents, doctor::now()))?;
    }
    answer.say_all(
        if is_given("cookie") && is_given("http") && is_given("public_url") {
            web::judge(config)
        } else {
            vec![unchecked("cookies.secure", "cookie, http or public_url")]
        },
    )?;
    answer.say_all(if !has_engine {
        vec![Finding::not_applicable(
            "mail.transport",
            "mode is \"sso_client\": no mail is sent here",
        )]
    } else if is_given("mail") {
        judge_mail(config, log_in.as_ref(), contents)
    } else {
        vec![unchecked("mail.transport", "mail")]
    })?;
    if let Some(to) = to {
        let sent = within(async { Some(doctor::send_test_mail(config, to.clone()).await) }).await;
        answer.say_all(
            sent.iter()
                .map(|sent| mail::judge_test_mail(&to.masked(), sent))
                .collect(),
        )?;
    }
    // Last and alone: it measures, and wants the machine for itself.
    if has_engine {
        let trial = if answer.args.quick {
            None
        } else {
            within(async { Some(doctor::hashing(config).await) }).await
        };
        answer.say_all(hashing::judge(config, trial.as_ref(), machine::memory()))?;
        let limits = std::fs::read_to_string("/proc/self/limits").ok();
        answer.say_all(machine::judge(config, limits.as_deref()))?;
    }
    Ok(())
}

type Report<T> = Option<Result<T, String>>;

/// The report of a part, or that it took too long.
async fn within<T>(work: impl Future<Output = Report<T>>) -> Report<T> {
    tokio::time::timeout(PATIENCE, work)
        .await
        .unwrap_or_else(|_| Some(Err(format!("no answer within {} s", PATIENCE.as_secs()))))
}

fn contents(database: Option<&Result<DatabaseReport, String>>) -> Option<&Contents> {
    database?.as_ref().ok()?.contents.as_ref()?.as_ref().ok()
}

fn judge_database(config: &Config, report: Option<&Result<DatabaseReport, String>>) -> Vec<Finding> {
    let Some(report) = report else {
        return vec![if config.mode == Mode::SsoClient {
            Finding::not_applicable("database.reached", "mode is \"sso_client\": there is none")
        } else {
            unchecked("database.reached", "database")
        }];
    };
    let mut findings = database::judge(config, report);
    if let Ok(DatabaseReport {
        contents: Some(Err(why)),
        ..
    }) = report
    {
        findings.push(Finding::warning(
            "database.contents",
            why.clone(),
            "see what the database says about it; keys, hashes and mails in it were not checked",
        ));
    }
    findings
}

fn judge_clocks(
    database: Option<&Result<DatabaseReport, String>>,
    redis: Option<&Result<Option<RedisFacts>, String>>,
    contents: Option<&Contents>,
) -> Vec<Finding> {
    let newest = contents.and_then(|contents| contents.tables.newest_event_at);
    let mut findings = clocks::judge_own(doctor::now(), newest);
    if let Some(Ok(report)) = database
        && let ServerFacts::Postgres(facts) = &report.server
    {
        findings.push(clocks::judge(
            "clocks.database",
            "the database",
            Some(&facts.clock),
        ));
    }
    if let Some(Ok(Some(facts))) = redis {
        findings.push(clocks::judge("clocks.redis", "Redis", facts.clock.as_ref()));
    }
    findings
}

fn judge_mail(
    config: &Config,
    log_in: Option<&Result<(), String>>,
    contents: Option<&Contents>,
) -> Vec<Finding> {
    let mut findings = mail::judge(config, log_in);
    if let Some(contents) = contents {
        let sends = !matches!(config.mail.transport, MailTransport::None);
        findings.extend(database::judge_mails(contents, doctor::now(), sends));
    }
    findings
}

/// Stands for everything about a section that cannot be used.
fn unchecked(check: &'static str, section: &str) -> Finding {
    Finding::not_applicable(check, format!("not checked: mend the errors of {section} first"))
}

/// Prints findings as they come, and counts.
struct Answer<'a> {
    args: &'a DoctorArgs,
    secrets: Vec<String>,
    counts: [usize; 4],
}

impl<'a> Answer<'a> {
    fn new(args: &'a DoctorArgs, config: Option<&Config>) -> Self {
        Self {
            args,
            secrets: config.map(secrets::of).unwrap_or_default(),
            counts: [0; 4],
        }
    }

    fn say_all(&mut self, findings: Vec<Finding>) -> Result<(), Failure> {
        for finding in findings {
            let [ok, warnings, failed, others] = &mut self.counts;
            *match finding.state {
                State::Ok => ok,
                State::Warning => warnings,
                State::Failed => failed,
                State::NotApplicable => others,
            } += 1;
            let finding = finding.without(&self.secrets);
            ui::line(&if self.args.json {
                json(&finding)?
            } else {
                finding.line()
            });
        }
        Ok(())
    }

    fn end(self) -> Result<(), Failure> {
        let [ok, warnings, failed, others] = self.counts;
        if !self.args.json {
            ui::line(&format!(
                "{failed} failed, {warnings} warnings, {ok} ok, {others} not applicable"
            ));
        }
        if failed > 0 {
            return Err(Failure::new(format!("{failed} checks failed")));
        }
        if warnings > 0 && self.args.strict {
            return Err(Failure::new(format!(
                "{warnings} warnings, and --strict was given"
            )));
        }
        Ok(())
    }
}

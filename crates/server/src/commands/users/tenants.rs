//! `horizon-auth tenants`.

use horizon_auth::operator::{Tenant, TenantId};
use horizon_auth::{Code, Error};
use serde::Serialize;

use super::desk::{Desk, broken, explain, json};
use super::effect::Effect;
use crate::cli::TenantsCommand;
use crate::ui::{self, Failure};

/// By what name the audit trail knows these commands.
pub(super) const AGENT: &str = "horizon-auth tenants";

pub(super) async fn run(desk: &Desk, command: TenantsCommand) -> Result<(), Failure> {
    match command {
        TenantsCommand::List(_) => list(desk).await,
        TenantsCommand::Create(one) => create(desk, &named(&one.tenant)?).await,
        TenantsCommand::Disable(one) => disable(desk, &named(&one.tenant)?).await,
        TenantsCommand::Enable(one) => enable(desk, &named(&one.tenant)?).await,
    }
}

fn named(text: &str) -> Result<TenantId, Failure> {
    TenantId::parse(text).map_err(|violation| broken("TENANT", &violation))
}

/// A tenant for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    name: &'a str,
    state: &'a str,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_at: Option<String>,
}

async fn list(desk: &Desk) -> Result<(), Failure> {
    let tenants = desk.auth().list_tenants().await;
    let tenants = tenants.map_err(|error| explain(&error))?;
    let names = tenants.iter().map(|tenant| tenant.id.as_str().len());
    let width = names.max().unwrap_or(0).max("NAME".len());
    if !desk.json {
        ui::line(&format!("{:width$}  {:8}  CREATED", "NAME", "STATE"));
    }
    for tenant in &tenants {
        if ui::try_line(&written(desk, tenant, width)?).is_err() {
            return Ok(()); // nobody reads on
        }
    }
    Ok(())
}

fn written(desk: &Desk, tenant: &Tenant, width: usize) -> Result<String, Failure> {
    let name = tenant.id.as_str();
    let state = if tenant.disabled_at.is_some() {
        "disabled"
    } else {
        "enabled"
    };
    let created_at = tenant.created_at.to_string();
    if desk.json {
        return json(&Line {
            name,
            state,
            created_at,
            disabled_at: tenant.disabled_at.map(|at| at.to_string()),
        });
    }
    let day: String = created_at.chars().take(10).collect();
    Ok(format!("{name:width$}  {state:8}  {day}"))
}

async fn create(desk: &Desk, tenant: &TenantId) -> Result<(), Failure> {
    let made = desk.auth().create_tenant(tenant, &desk.client).await;
    match made {
        Ok(true) => say(desk, tenant, "created", "created", None),
        Ok(false) => say(desk, tenant, "unchanged", "there already, nothing done", None),
        Err(error) if error.code() == Code::TenantReserved => Err(Failure::new(format!(
            "TENANT: {tenant} would have the host of public_url, where nobody could reach it; take another name"
        ))),
        Err(error) => Err(refused(tenant, &error)),
    }
}

async fn disable(desk: &Desk, tenant: &TenantId) -> Result<(), Failure> {
    let disabled = desk.auth().disable_tenant(tenant, &desk.client).await;
    match disabled {
        Ok(()) => {}
        Err(error) if error.code() == Code::TenantReserved => {
            return Err(Failure::new(format!(
                "TENANT: {tenant} is tenant.default, the tenant of requests that name none; it cannot be disabled"
            )));
        }
        Err(error) => return Err(refused(tenant, &error)),
    }
    let effect = desk.effect().await;
    say(desk, tenant, "disabled", "disabled", Some(effect))?;
    effect.confirmed("run `horizon-auth tenants disable` again")
}

async fn enable(desk: &Desk, tenant: &TenantId) -> Result<(), Failure> {
    let enabled = desk.auth().enable_tenant(tenant, &desk.client).await;
    if enabled.map_err(|error| refused(tenant, &error))? {
        say(desk, tenant, "enabled", "enabled", None)
    } else {
        say(desk, tenant, "unchanged", "not disabled, nothing done", None)
    }
}

fn refused(tenant: &TenantId, error: &Error) -> Failure {
    if error.code() == Code::UnknownTenant {
        return Failure::new(format!(
            "TENANT: there is no tenant {tenant}; `horizon-auth tenants list` shows those there are"
        ));
    }
    explain(error)
}

/// What was done to a tenant, for programs.
#[derive(Serialize)]
struct Answer<'a> {
    tenant: &'a str,
    done: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<&'static str>,
}

fn say(
    desk: &Desk,
    tenant: &TenantId,
    done: &str,
    sentence: &str,
    effect: Option<Effect>,
) -> Result<(), Failure> {
    let text = if desk.json {
        json(&Answer {
            tenant: tenant.as_str(),
            done,
            server: effect.map(Effect::word),
        })?
    } else {
        format!(
            "{sentence}: tenant {tenant}{}",
            effect.map_or("", Effect::sentence)
        )
    };
    ui::line(&text);
    Ok(())
}

//! `horizon-auth dev --sso`: one log-in for all applications of a developer.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::dev::text;
use crate::cli::DevArgs;
use crate::data_folder;
use crate::ui::Failure;

/// What the applications share.
pub(super) struct DevSso {
    listen: SocketAddr,
    services: PathBuf,
    secret: PathBuf,
}

impl DevSso {
    /// Makes what the folder lacks.
    pub(super) fn prepare(args: &DevArgs) -> Result<Self, Failure> {
        if !args.listen.ip().is_loopback() || args.listen.port() == 0 {
            return Err(Failure::new(
                "--sso trusts every page of http://*.dev.localhost: it listens on this machine only, on a port \
                 that you choose, such as --listen 127.0.0.1:3000",
            ));
        }
        let (services, secret) = data_folder::service_files(&args.data)?;
        Ok(Self {
            listen: args.listen,
            services,
            secret,
        })
    }

    /// Two labels: browsers refuse `localhost` as the domain of a cookie.
    pub(super) fn public_url(&self) -> String {
        match self.listen.port() {
            80 => "http://auth.dev.localhost".to_owned(),
            port => format!("http://auth.dev.localhost:{port}"),
        }
    }

    /// The settings with those of single sign-on.
    pub(super) fn settings(&self, usual: &str) -> Result<String, Failure> {
        let usual = usual.replace("preset = \"strict\"", "preset = \"browser\"");
        Ok(format!(
            "mode = \"sso_server\"\n{usual}[cookie]\ndomain = \"dev.localhost\"\n[sso]\ntrust_dev_localhost = true\n\
             clients_file = {:?}\n",
            text(&self.services)?
        ))
    }

    /// What an application needs.
    pub(super) fn welcome(&self) -> String {
        let secret = std::path::absolute(&self.secret).unwrap_or_else(|_| self.secret.clone());
        format!(
            r"Single sign-on: every page of http://*.dev.localhost is trusted, on any port. For development only.
An application on http://NAME.dev.localhost needs

  AUTH_MODE=sso_client
  AUTH_SERVICE_URL={url}
  HORIZON_AUTH__SSO__REVOCATION=introspection
  HORIZON_AUTH__SSO__CLIENT_ID=dev
  HORIZON_AUTH__SSO__CLIENT_SECRET_FILE={secret}

sends people to {url}/login?return_to=ADDRESS, and gets access tokens by
POST {url}/auth/refresh with credentials.
",
            url = self.public_url(),
            secret = secret.display()
        )
    }
}

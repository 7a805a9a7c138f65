//! `horizon-auth dev`: everything in one folder, nothing to configure.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use super::block_on;
use super::dev_sso::DevSso;
use super::serve::serve;
use crate::cli::DevArgs;
use crate::ui::{self, Failure};
use crate::{data_folder, load_config, telemetry};

pub(crate) fn run(args: &DevArgs) -> Result<(), Failure> {
    data_folder::make_folder(&args.data)?;
    let key = data_folder::signing_key_file(&args.data)?;
    let sealing_key = data_folder::sealing_key_file(&args.data)?;
    let database = args.data.join("horizon-auth.db");
    let mails = args.data.join("mail");
    let sso = args.sso.then(|| DevSso::prepare(args)).transpose()?;
    let public_url = sso
        .as_ref()
        .map_or_else(|| public_url(args.listen), DevSso::public_url);
    let mut toml = format!(
        "listen = {:?}\npublic_url = {public_url:?}\n[database]\nurl = {:?}\n[jwt]\nprivate_key_file = {:?}\nsealing_key_file = {:?}\n[refresh]\npreset = \"strict\"\n\
         [mail]\ntransport = \"file\"\nfolder = {:?}\n",
        args.listen.to_string(),
        format!("sqlite:{}", escaped(text(&database)?)),
        text(&key)?,
        text(&sealing_key)?,
        text(&mails)?,
    );
    if let Some(sso) = &sso {
        toml = sso.settings(&toml)?;
    }
    let config = load_config::load_dev(&toml, ".".into())?;
    let _telemetry = telemetry::start(&config.log)?;
    block_on(serve(&config, |address| {
        ui::line(&welcome(address, &args.data));
        if let Some(sso) = &sso {
            ui::line(&sso.welcome());
        }
        if config.http.openapi {
            ui::line(&format!(
                "Every route, to read and to try: http://{address}/docs\n"
            ));
        }
    }))
}

/// Where links in mails lead to: this machine, on whichever address it listens. A port that the
/// system chooses is not known yet and is left out.
fn public_url(listen: SocketAddr) -> String {
    let host = if listen.ip().is_unspecified() {
        "localhost".to_owned()
    } else {
        match listen.ip() {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => format!("[{ip}]"),
        }
    };
    match listen.port() {
        0 => format!("http://{host}"),
        port => format!("http://{host}:{port}"),
    }
}

pub(super) fn text(path: &Path) -> Result<&str, Failure> {
    path.to_str().ok_or_else(|| {
        Failure::new(format!(
            "the path {} is not UTF-8; choose another",
            path.display()
        ))
    })
}

/// The path as part of a URL, in which `%` and `?` mean something.
fn escaped(path: &str) -> String {
    path.replace('%', "%25").replace('?', "%3F")
}

/// Lines to paste, in this order, into a shell with curl.
fn welcome(address: SocketAddr, data: &Path) -> String {
    let mails = std::path::absolute(data.join("mail")).unwrap_or_else(|_| data.join("mail"));
    let mails = ui::quoted(&mails.display().to_string());
    format!(
        r#"
Horizon Auth runs on http://{address}, data and mails in {}. Ctrl-C stops it. To try, paste line by line:

  URL=http://{address} JAR=$(mktemp) JSON='Content-Type: application/json'
  ANA='{{"email":"ana@example.com","password":"correct horse battery"}}'

  # register, log in (the refresh token goes into the cookie jar), and keep the access token
  curl -s -H "$JSON" -d "$ANA" $URL/auth/register
  TOKEN=$(curl -s -c $JAR -H "$JSON" -d "$ANA" $URL/auth/login | sed 's/.*"accessToken":"\([^"]*\)".*/\1/')

  # a protected route; new tokens for the cookie; the keys with which anybody can verify a token
  curl -s -H "Authorization: Bearer $TOKEN" $URL/auth/profile
  curl -s -b $JAR -c $JAR -X POST $URL/auth/refresh
  curl -s $URL/.well-known/jwks.json

  # log out everywhere; after that the token is refused
  curl -s -X POST -H "Authorization: Bearer $TOKEN" $URL/auth/logout
  curl -s -H "Authorization: Bearer $TOKEN" $URL/auth/profile

  # mails are files: prove the address with the link of the first one, or open that link in a browser
  LINK=$(grep -h -o -m 1 'http.*/verify-email.*' {mails}/*.txt | head -n 1)
  curl -s -H "$JSON" -d '{{"token":"'${{LINK#*=}}'"}}' $URL/auth/verify-email
"#,
        data.display()
    )
}

//! The secrets of a configuration, so that no line shows them, whoever else wrote its text.

use horizon_auth::config::{Config, MailTransport};

/// Shorter texts are part of ordinary words.
const SHORTEST: usize = 4;

/// Every text that must not be shown, as it is configured and as it may be quoted.
pub(super) fn of(config: &Config) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    texts.extend(password_of(config.database.url.reveal()));
    let redis = config.redis.as_ref().and_then(|redis| redis.password.as_ref());
    texts.extend(redis.map(|password| password.reveal().to_owned()));
    match &config.mail.transport {
        MailTransport::Smtp { url, .. } => texts.extend(password_of(url.reveal())),
        MailTransport::Resend { api_key, .. } | MailTransport::SendGrid { api_key, .. } => {
            texts.push(api_key.reveal().trim().to_owned());
        }
        MailTransport::None | MailTransport::Custom | MailTransport::File { .. } => {}
    }
    let decoded: Vec<String> = texts.iter().filter_map(|text| percent_decoded(text)).collect();
    texts.extend(decoded);
    texts.retain(|text| text.len() >= SHORTEST);
    texts.sort_by_key(|text| std::cmp::Reverse(text.len())); // none is cut by a shorter one within it
    texts
}

/// The password of `scheme://user:password@host`, and the one of a parameter.
fn password_of(url: &str) -> Vec<String> {
    let mut found = Vec::new();
    if let Some((_, rest)) = url.split_once("://") {
        let authority = rest.split(['/', '?']).next().unwrap_or(rest);
        let user = authority.rsplit_once('@').map(|(user, _)| user);
        found.extend(
            user.and_then(|user| user.split_once(':'))
                .map(|(_, password)| password.to_owned()),
        );
    }
    let parameters = url.split_once('?').map_or("", |(_, parameters)| parameters);
    let named = parameters
        .split('&')
        .filter_map(|pair| pair.strip_prefix("password="));
    found.extend(named.map(str::to_owned));
    found
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = hex.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        if let Some(byte) = byte.filter(|_| *first == b'%') {
            bytes.push(byte);
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok().filter(|decoded| decoded != text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_of_a_url_is_found_wherever_it_stands() {
        assert_eq!(password_of("postgres://ana:s%20cret@h/d"), ["s%20cret"]);
        assert_eq!(password_of("postgres://h/d?user=a&password=hush"), ["hush"]);
        assert_eq!(password_of("smtp://a:b@c@host"), ["b@c"]);
        for url in ["postgres://ana@h/d", "sqlite:a.db", "postgres://h/d"] {
            assert_eq!(password_of(url), [""; 0], "{url}");
        }
        assert_eq!(percent_decoded("s%20c%2Fret").as_deref(), Some("s c/ret"));
        assert_eq!(percent_decoded("100%"), None);
    }
}

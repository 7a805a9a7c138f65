//! What people call a device: `Firefox on Linux`, guessed from a `User-Agent`.

use std::fmt;
use std::sync::LazyLock;

use ua_parser::{os, user_agent};

/// A browser and a system, as far as a `User-Agent` tells. It proves nothing: clients write what they like.
///
/// `Display` is for people: `Chrome on Android`, or one of the two alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Device {
    /// The browser, or the program that is none.
    browser: Option<&'static str>,
    /// The system it runs on.
    system: Option<&'static str>,
}

/// Browsers by what they call themselves; the first that matches is it. Most claim to be others too, so the
/// rarer stand first. The words are those of uap-core, the public list of such rules.
const BROWSERS: &[(&str, &str)] = &[
    (r"(?:Edge|Edg|EdgA|EdgiOS)/\d", "Edge"),
    (r"Opera Mini/", "Opera Mini"),
    (r"(?:OPR|OPT|OPX|OPiOS|Opera)/\d", "Opera"),
    (r"SamsungBrowser/\d", "Samsung Internet"),
    (r"Vivaldi/\d", "Vivaldi"),
    (r"YaBrowser/\d", "Yandex Browser"),
    (r"(?:DuckDuckGo|Ddg)/\d", "DuckDuckGo"),
    (r"Brave/\d", "Brave"),
    (r"UCBrowser/\d", "UC Browser"),
    (r"MiuiBrowser/\d", "Mi Browser"),
    (r"HuaweiBrowser/\d", "Huawei Browser"),
    (r"Silk/\d", "Silk"),
    (r"SeaMonkey/\d", "SeaMonkey"),
    (r"(?:Firefox|FxiOS)/\d", "Firefox"),
    (r"HeadlessChrome/\d", "Headless Chrome"),
    (r"Chromium/\d", "Chromium"),
    (r"(?:Chrome|CriOS)/\d", "Chrome"),
    (r"Version/\d.{0,80}Safari/", "Safari"),
    (r"MSIE \d|Trident/\d", "Internet Explorer"),
    (r"^curl/\d", "curl"),
    (r"^Wget/\d", "Wget"),
    (r"^HTTPie/\d", "HTTPie"),
    (r"^PostmanRuntime/\d", "Postman"),
    (r"^[Ii]nsomnia/\d", "Insomnia"),
    (r"^okhttp/\d", "OkHttp"),
    (r"^axios/\d", "axios"),
    (r"^python-requests/\d", "Python Requests"),
    (r"^Python-urllib/\d", "Python urllib"),
    (r"^Go-http-client/\d", "Go"),
    (r"^Dart/\d", "Dart"),
];

/// Systems, in the same way.
const SYSTEMS: &[(&str, &str)] = &[
    (r"Windows Phone", "Windows Phone"),
    (r"Xbox", "Xbox"),
    (r"Windows", "Windows"),
    (r"CrOS ", "ChromeOS"),
    (r"KAIOS/", "KaiOS"),
    (r"Tizen", "Tizen"),
    (r"Android", "Android"),
    (r"iPad", "iPadOS"),
    (r"iPhone|iPod", "iOS"),
    (r"Macintosh|Mac OS X|Darwin/", "macOS"),
    (r"PlayStation", "PlayStation"),
    (r"FreeBSD", "FreeBSD"),
    (r"OpenBSD", "OpenBSD"),
    (r"Linux|X11", "Linux"),
];

/// The rules, made ready once. Their expressions run in linear time, whatever a client sends.
struct Rules {
    browsers: user_agent::Extractor<'static>,
    systems: os::Extractor<'static>,
}

/// `None` if a rule were wrong, which a test rules out: then no device has a name.
static RULES: LazyLock<Option<Rules>> = LazyLock::new(|| {
    let browsers = BROWSERS.iter().map(|&(regex, name)| user_agent::Parser {
        regex: regex.into(),
        family_replacement: Some(name.into()),
        ..user_agent::Parser::default()
    });
    let systems = SYSTEMS.iter().map(|&(regex, name)| os::Parser {
        regex: regex.into(),
        os_replacement: Some(name.into()),
        ..os::Parser::default()
    });
    Some(Rules {
        browsers: user_agent::Builder::new().push_all(browsers).ok()?.build().ok()?,
        systems: os::Builder::new().push_all(systems).ok()?.build().ok()?,
    })
});

impl Device {
    /// Most characters of a name.
    pub const MAX_CHARS: usize = 40;

    /// The device of a `User-Agent`; `None` if neither browser nor system is known.
    #[must_use]
    pub fn of(user_agent: &str) -> Option<Self> {
        let rules = RULES.as_ref()?;
        let browser = rules.browsers.extract(user_agent);
        let system = rules.systems.extract(user_agent);
        let device = Self {
            browser: browser.and_then(|found| known(BROWSERS, &found.family)),
            system: system.and_then(|found| known(SYSTEMS, &found.os)),
        };
        (device.browser.is_some() || device.system.is_some()).then_some(device)
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.browser, self.system) {
            (Some(browser), Some(system)) => write!(f, "{browser} on {system}"),
            (Some(one), None) | (None, Some(one)) => f.write_str(one),
            (None, None) => Ok(()),
        }
    }
}

/// A name of ours: nothing of what the client wrote is ever repeated.
fn known(table: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    let row = table.iter().find(|(_, ours)| *ours == name)?;
    Some(row.1)
}

#[cfg(test)]
#[path = "device_tests.rs"]
mod tests;

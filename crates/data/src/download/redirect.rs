//! Where a server may send a download: by https to any place of https, and on this machine as it likes. The checksum has
//! the last word in any case; this is for who can see and change what passes.

use ureq::http::Uri;

/// The address that `location` names from `address` on, or why it is not gone to.
pub(super) fn target(address: &str, location: &str) -> Result<String, String> {
    let target = resolved(address, location).ok_or_else(|| "which is no address".to_owned())?;
    let (from, to) = (kind(address), kind(&target));
    match (from, to) {
        (_, Kind::Secure) | (Kind::Loopback, Kind::Loopback) => Ok(target),
        (_, Kind::Loopback) => Err("which is this machine".into()),
        (_, Kind::Plain) => {
            Err("which is plain http, where anybody on the way can change what arrives".into())
        }
        (_, Kind::Other) => Err("which is neither https nor http".into()),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Secure,
    /// http to this machine itself.
    Loopback,
    Plain,
    Other,
}

fn kind(address: &str) -> Kind {
    let Ok(uri) = address.parse::<Uri>() else { return Kind::Other };
    // What stands before an `@` is a name and a password, not the host.
    let has_user = uri.authority().is_some_and(|authority| authority.as_str().contains('@'));
    let host = uri.host().unwrap_or_default();
    match uri.scheme_str() {
        Some("https") if !host.is_empty() && !has_user => Kind::Secure,
        Some("http") if ["127.0.0.1", "localhost", "[::1]"].contains(&host) && !has_user => Kind::Loopback,
        Some("http") if !host.is_empty() => Kind::Plain,
        _ => Kind::Other,
    }
}

/// RFC 3986, section 5.2, as far as servers use it: whole addresses, those without a scheme, without a host, and paths
/// beside the one asked for.
fn resolved(address: &str, location: &str) -> Option<String> {
    let base: Uri = address.parse().ok()?;
    let (scheme, authority) = (base.scheme_str()?, base.authority()?);
    let location = location.split('#').next().unwrap_or_default();
    let begins_with_scheme = location.split(['/', '?']).next().is_some_and(|start| start.contains(':'));
    let target = if begins_with_scheme {
        location.to_owned()
    } else if location.starts_with("//") {
        format!("{scheme}:{location}")
    } else if location.starts_with('/') {
        format!("{scheme}://{authority}{location}")
    } else if location.starts_with('?') {
        format!("{scheme}://{authority}{}{location}", base.path())
    } else {
        let folder = base.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{scheme}://{authority}{folder}/{location}")
    };
    (!location.is_empty() && target.parse::<Uri>().is_ok()).then_some(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_resolved_as_browsers_do() {
        let from = "https://a.org/b/c?d";
        for (location, expected) in [
            ("https://x.org/y", "https://x.org/y"),
            ("//x.org/y", "https://x.org/y"),
            ("/y?z#part", "https://a.org/y?z"),
            ("y:z/../w", ""),
            ("y", "https://a.org/b/y"),
            ("?z", "https://a.org/b/c?z"),
        ] {
            assert_eq!(target(from, location).unwrap_or_default(), expected, "{location}");
        }
    }

    #[test]
    fn no_redirect_leaves_what_nobody_can_change() {
        let mirror = "https://x.org/y";
        for (from, to, is_allowed) in [
            ("https://a.org/b", mirror, true),
            ("http://a.org/b", mirror, true),
            ("https://a.org/b", "http://a.org/b", false),
            ("https://a.org/b", "HTTP://a.org/b", false),
            ("http://a.org/b", "http://a.org/c", false),
            ("http://a.org/b", "http://127.0.0.1:80/c", false),
            ("https://a.org/b", "http://localhost/c", false),
            ("http://127.0.0.1:80/b", "http://127.0.0.1:81/c", true),
            ("http://127.0.0.1:80/b", "http://127.0.0.1@evil.org/c", false),
            ("http://127.0.0.1:80/b", "http://127.0.0.1.evil.org/c", false),
            ("http://127.0.0.1:80/b", mirror, true),
            ("https://a.org/b", "ftp://a.org/b", false),
            ("https://a.org/b", "file:///etc/passwd", false),
            ("https://a.org/b", "https://user@a.org/b", false),
            ("https://a.org/b", "", false),
            ("https://a.org/b", "https://", false),
        ] {
            assert_eq!(target(from, to).is_ok(), is_allowed, "{from} to {to}");
        }
    }
}

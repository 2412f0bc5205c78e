//! From the path of a request to a file of the site, and what its name says about it.

use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;

/// Where a request leads.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// This file under the root; whether it exists is not known yet.
    File(PathBuf),
    /// The folder's name without its closing slash: relative URLs would miss.
    Redirect(String),
    /// Outside the site.
    Nowhere,
}

/// Finds the place of a URL path (percent-encoded, no query) in a site that lies under `prefix`,
/// which begins and ends with a slash.
pub(crate) fn locate(root: &Path, prefix: &str, url_path: &str) -> Place {
    if !prefix.trim_end_matches('/').is_empty() && url_path == prefix.trim_end_matches('/') {
        return Place::Redirect(prefix.to_owned());
    }
    let Some(rest) = url_path.strip_prefix(prefix) else {
        return Place::Nowhere;
    };
    let Ok(rest) = percent_decode_str(rest).decode_utf8() else {
        return Place::Nowhere;
    };
    let mut path = root.to_owned();
    for part in rest.split('/') {
        match part {
            "" | "." => {}
            // A name with one of these could leave the root on one system or another.
            ".." => return Place::Nowhere,
            _ if part.contains(['\\', ':', '\0']) => return Place::Nowhere,
            _ => path.push(part),
        }
    }
    if rest.is_empty() || rest.ends_with('/') {
        path.push("index.html");
    }
    Place::File(path)
}

/// The media type by the extension.
pub(crate) fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("ts" | "txt" | "csv" | "tsv") | None => "text/plain; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some(_) => "application/octet-stream",
    }
}

/// How long a browser may keep the file: for good when its name carries a hash of its content,
/// else only as long as the server says that it hasn't changed.
pub(crate) fn cache_control(path: &Path) -> &'static str {
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    let hashed = stem
        .unwrap_or_default()
        .trim_end_matches("_bg")
        .rsplit_once('-')
        .is_some_and(|(_, tail)| {
            (8..=64).contains(&tail.len()) && tail.bytes().all(|byte| byte.is_ascii_hexdigit())
        });
    if hashed {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_files_and_nothing_outside() {
        let root = Path::new("site");
        let file = |path: &str| Place::File(root.join(path));
        for (prefix, url_path, expected) in [
            ("/", "/", file("index.html")),
            ("/", "/a/b.js", file("a/b.js")),
            ("/", "/a/", file("a/index.html")),
            ("/", "/a%20b.txt", file("a b.txt")),
            ("/", "//a", file("a")),
            ("/", "/../secret", Place::Nowhere),
            ("/", "/a/%2e%2e/%2e%2e/secret", Place::Nowhere),
            ("/", "/a%5c..%5csecret", Place::Nowhere),
            ("/", "/C:/secret", Place::Nowhere),
            ("/", "/a%00b", Place::Nowhere),
            ("/", "/%ff", Place::Nowhere),
            ("/some/folder/", "/some/folder/", file("index.html")),
            ("/some/folder/", "/some/folder/x.js", file("x.js")),
            (
                "/some/folder/",
                "/some/folder",
                Place::Redirect("/some/folder/".into()),
            ),
            ("/some/folder/", "/some/folderx.js", Place::Nowhere),
            ("/some/folder/", "/x.js", Place::Nowhere),
        ] {
            assert_eq!(locate(root, prefix, url_path), expected, "{url_path}");
        }
    }

    #[test]
    fn keeps_only_hashed_names_for_good() {
        for (name, kept) in [
            ("index.html", false),
            ("assets.json", false),
            ("boot.js", false),
            ("semblance-app-1f2e3d4c5b6a7980.js", true),
            ("semblance-app-1f2e3d4c5b6a7980_bg.wasm", true),
            ("worker-relaxed-0badcafe.wasm", true),
            ("worker-relaxed.wasm", false),
            ("all-MiniLM-L6-v2.json", false),
        ] {
            let control = cache_control(Path::new(name));
            assert_eq!(control.contains("immutable"), kept, "{name}");
        }
        assert_eq!(media_type(Path::new("a.wasm")), "application/wasm");
        assert_eq!(
            media_type(Path::new("LICENSE")),
            "text/plain; charset=utf-8"
        );
    }
}

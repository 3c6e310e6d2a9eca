//! A file of the interface, found by the path of a request.

use std::borrow::Cow;

use crate::media_type::media_type;

/// The page itself.
const PAGE: &str = "index.html";

/// What `npm run build` left in `ui/dist`.
#[derive(rust_embed::Embed)]
#[folder = "ui/dist"]
struct Files;

/// A file of the interface.
#[derive(Debug)]
pub struct Asset {
    /// What it holds.
    pub bytes: Cow<'static, [u8]>,
    /// Its media type, with the charset where it is text.
    pub media_type: &'static str,
    /// SHA-256 of what it holds, made when the program was built.
    pub digest: [u8; 32],
}

/// The file at the path of a request: the page at `/`, everything else under its own name. Paths are not decoded and
/// have no `..`: what is not a name in the program is not there.
#[must_use]
pub fn asset(path: &str) -> Option<Asset> {
    let name = match path {
        "/" => PAGE,
        _ => path.strip_prefix('/').filter(|name| *name != PAGE)?,
    };
    let file = Files::get(name)?;
    Some(Asset { media_type: media_type(name), digest: file.metadata.sha256_hash(), bytes: file.data })
}

/// The application's icon, an SVG.
#[must_use]
pub const fn icon() -> &'static [u8] {
    include_bytes!("../ui/public/icon.svg")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(path: &str) -> String {
        let asset = asset(path).unwrap_or_else(|| panic!("nothing at {path}"));
        String::from_utf8(asset.bytes.into_owned()).expect("text")
    }

    #[test]
    fn everything_the_page_names_is_there() {
        let page = text("/");
        let named: Vec<&str> = page
            .split("=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .filter(|value| value.starts_with('/') || value.starts_with("./"))
            .collect();
        assert!(named.iter().any(|name| name.ends_with(".js")), "a script: {named:?}");
        assert!(named.iter().any(|name| name.ends_with(".css")), "a style: {named:?}");
        for name in named {
            let path = name.strip_prefix('.').unwrap_or(name);
            assert!(asset(path).is_some(), "nothing at {name}");
        }
    }

    #[test]
    fn the_policy_of_the_page_is_kept_by_the_page() {
        // Scripts and styles written into the page would not run: the policy allows files only.
        let page = text("/");
        for (at, _) in page.match_indices("<script") {
            let tag = page[at..].split('>').next().unwrap_or_default();
            assert!(tag.contains("src="), "{tag}");
        }
        assert!(!page.contains("<style") && !page.contains("style=\"") && !page.contains("onload="), "{page}");
        for name in Files::iter().filter(|name| name.ends_with(".html") || name.ends_with(".css")) {
            let file = Files::get(&name).expect("listed");
            let text = String::from_utf8_lossy(&file.data).into_owned();
            assert!(!text.contains("https://") && !text.contains("//fonts."), "{name} loads from the network");
        }
    }

    #[test]
    fn every_file_has_a_type_of_its_own() {
        for name in Files::iter() {
            assert_ne!(media_type(&name), "application/octet-stream", "{name}");
        }
        assert_eq!(asset("/").map(|page| page.media_type), Some("text/html; charset=utf-8"));
    }

    #[test]
    fn only_exact_names_are_found() {
        for path in ["", "index.html", "/index.html", "//", "/../Cargo.toml", "/%2e%2e/Cargo.toml", "/.", "/assets"] {
            assert!(asset(path).is_none(), "{path}");
        }
    }
}

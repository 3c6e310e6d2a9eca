//! RSS and Atom feeds, read for what a bot posts of them. A scanner over tags, not an XML reader: it never expands entities other
//! than the five that every text has, opens nothing, and is bounded by the body's length.

/// Entries of one feed that are read.
const ENTRIES: usize = 50;
/// Characters of each text of an entry.
const TEXT_CHARS: usize = 300;

/// An entry of a feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    /// What tells it apart: `guid` or `id`, else the link.
    pub(crate) id: String,
    /// Its title.
    pub(crate) title: String,
    /// Where it is.
    pub(crate) link: String,
    /// What it is about, without markup.
    pub(crate) summary: String,
    /// When, as the feed writes it.
    pub(crate) published: String,
}

/// The entries of a feed in the feed's order; none if the text is no feed.
pub(crate) fn entries(text: &str) -> Option<Vec<Entry>> {
    let is_feed = ["<rss", "<feed", "<rdf:RDF"].iter().any(|tag| text.contains(tag));
    if !is_feed {
        return None;
    }
    let mut entries = Vec::new();
    let mut rest = text;
    while entries.len() < ENTRIES {
        let item = element(rest, "item").into_iter().chain(element(rest, "entry")).min_by_key(|found| found.start);
        let Some(item) = item else { break };
        entries.push(entry(item.inside));
        rest = item.behind;
    }
    Some(entries)
}

fn entry(text: &str) -> Entry {
    let inside = |names: &[&str]| {
        let found = names.iter().find_map(|name| element(text, name));
        found.map(|found| plain(found.inside)).unwrap_or_default()
    };
    let mut link = inside(&["link"]);
    if link.is_empty() {
        link = attribute_of(text, "link", "href").unwrap_or_default();
    }
    let mut id = inside(&["guid", "id"]);
    if id.is_empty() {
        id.clone_from(&link);
    }
    Entry {
        id,
        title: inside(&["title"]),
        link,
        summary: inside(&["description", "summary"]),
        published: inside(&["pubDate", "published", "updated", "dc:date"]),
    }
}

struct Element<'a> {
    start: usize,
    inside: &'a str,
    behind: &'a str,
}

/// The first element of a name.
fn element<'a>(text: &'a str, name: &str) -> Option<Element<'a>> {
    let (start, open_end, closed) = opening(text, name, 0)?;
    let after = text.get(open_end..)?;
    if closed {
        return Some(Element { start, inside: "", behind: after });
    }
    let close = format!("</{name}");
    let end = after.find(&close)?;
    let behind = after.get(end..)?;
    let behind = behind.get(behind.find('>')? + 1..)?;
    Some(Element { start, inside: after.get(..end)?, behind })
}

/// Where the first opening tag of a name begins and ends, and whether it closes itself.
fn opening(text: &str, name: &str, from: usize) -> Option<(usize, usize, bool)> {
    let tag = format!("<{name}");
    let mut at = from;
    loop {
        let start = at + text.get(at..)?.find(&tag)?;
        let rest = text.get(start + tag.len()..)?;
        if rest.starts_with(['>', ' ', '\t', '\r', '\n', '/']) {
            let end = rest.find('>')?;
            let closed = rest.get(..end)?.ends_with('/');
            return Some((start, start + tag.len() + end + 1, closed));
        }
        at = start + tag.len();
    }
}

fn attribute_of(text: &str, name: &str, attribute: &str) -> Option<String> {
    let (start, end, _) = opening(text, name, 0)?;
    let tag = text.get(start..end)?;
    let rest = tag.get(tag.find(&format!(" {attribute}="))? + attribute.len() + 2..)?;
    let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let inside = rest.get(1..)?;
    Some(unescaped(inside.get(..inside.find(quote)?)?))
}

/// The text of an element: without markup, entities resolved, white space joined, cut to its bound.
fn plain(text: &str) -> String {
    let text = text.trim();
    let text = match text.strip_prefix("<![CDATA[") {
        Some(inside) => inside.split("]]>").next().unwrap_or(inside).to_owned(),
        None => unescaped(text),
    };
    let mut shown = String::new();
    let mut inside_tag = false;
    for letter in text.chars() {
        match letter {
            '<' => inside_tag = true,
            '>' if inside_tag => {
                inside_tag = false;
                shown.push(' ');
            }
            letter if !inside_tag => shown.push(letter),
            _ => {}
        }
    }
    let joined = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    unescaped(&joined).chars().filter(|letter| !letter.is_control()).take(TEXT_CHARS).collect()
}

fn unescaped(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rss_and_atom_yield_the_same_fields() {
        let rss = r#"<?xml version="1.0"?><rss><channel><title>News</title>
            <item><title>Tea &amp; milk</title><link>https://e.org/1</link><guid isPermaLink="false">one</guid>
            <description><![CDATA[<p>Hot <b>tea</b></p>]]></description><pubDate>Thu, 24 Dec 2026 18:00:00 +0000</pubDate></item>
            <item><title>Two</title><link>https://e.org/2</link></item></channel></rss>"#;
        let found = entries(rss).expect("a feed");
        assert_eq!(found.len(), 2);
        assert_eq!(
            found[0],
            Entry {
                id: "one".into(),
                title: "Tea & milk".into(),
                link: "https://e.org/1".into(),
                summary: "Hot tea".into(),
                published: "Thu, 24 Dec 2026 18:00:00 +0000".into(),
            }
        );
        assert_eq!((found[1].id.as_str(), found[1].title.as_str()), ("https://e.org/2", "Two"));
        let atom = r#"<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="html">One</title>
            <link rel="alternate" href="https://e.org/1?a=1&amp;b=2"/><id>urn:1</id><updated>2026-12-24T18:00:00Z</updated></entry></feed>"#;
        let found = entries(atom).expect("a feed");
        assert_eq!((found[0].id.as_str(), found[0].link.as_str()), ("urn:1", "https://e.org/1?a=1&b=2"));
    }

    #[test]
    fn what_is_no_feed_or_half_of_one_is_no_panic() {
        assert_eq!(entries("<html></html>"), None);
        for text in [
            "<rss",
            "<rss><item>",
            "<rss><item><title>x",
            "<rss><item/><item",
            "<feed><entry ö",
            "<rss>&<item>&#</item>",
        ] {
            assert!(entries(text).is_some_and(|found| found.len() <= 1), "{text}");
        }
    }
}

//! Finding keywords in what was said.

/// Whether `text` holds `keyword` as a word or words of its own, in any case. Scripts that put no spaces between words match anywhere.
#[must_use]
pub fn holds(text: &str, keyword: &str) -> bool {
    let (text, keyword) = (text.to_lowercase(), keyword.to_lowercase());
    if keyword.is_empty() {
        return false;
    }
    let (first, last) = (keyword.chars().next(), keyword.chars().next_back());
    text.match_indices(&keyword).any(|(at, found)| {
        let before = text.get(..at).and_then(|head| head.chars().next_back());
        let after = text.get(at + found.len()..).and_then(|tail| tail.chars().next());
        !one_word(before, first) && !one_word(last, after)
    })
}

/// Whether two characters next to each other belong to one word.
fn one_word(a: Option<char>, b: Option<char>) -> bool {
    // From here on are the scripts of East Asia, which write words without spaces.
    let in_word = |c: char| c.is_alphanumeric() && c < '\u{2e80}';
    a.is_some_and(in_word) && b.is_some_and(in_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whole_and_in_any_case() {
        for (text, keyword, found) in [
            ("Any oolong left?", "oolong", true),
            ("OOLONG!", "oolong", true),
            ("oolongs", "oolong", false),
            ("cool", "oo", false),
            ("the tea house opens", "Tea House", true),
            ("teahouse", "tea", false),
            ("c++ or rust", "c++", true),
            ("ÜBUNG", "übung", true),
            ("我们喝茶吧", "茶", true),
            ("", "tea", false),
            ("tea", "", false),
            ("steam, tea", "tea", true),
        ] {
            assert_eq!(holds(text, keyword), found, "{keyword:?} in {text:?}");
        }
    }
}

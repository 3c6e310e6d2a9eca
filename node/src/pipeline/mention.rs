//! Who a text calls: `<@acc_…>` an account, `@everyone` everybody. `<#chn_…>` names a channel and calls nobody.

use folkmoot_core::ids::AccountId;
use folkmoot_rpc::ids;

/// What stands before an account's id, and what after it.
const OPENING: &str = "<@";
const CLOSING: char = '>';
/// What calls everybody.
const EVERYONE: &str = "@everyone";

/// Accounts whose tokens stand in a text, each once, in order.
pub(super) fn accounts(text: &str) -> Vec<AccountId> {
    let mut found: Vec<AccountId> = Vec::new();
    for rest in text.split(OPENING).skip(1) {
        let account = rest.split_once(CLOSING).and_then(|(id, _)| id.parse::<ids::AccountId>().ok());
        if let Some(account) = account.map(|id| AccountId::new(id.to_bytes()))
            && !found.contains(&account)
        {
            found.push(account);
        }
    }
    found
}

/// Whether a text calls everybody: the word alone, not within another.
pub(super) fn calls_all(text: &str) -> bool {
    text.match_indices(EVERYONE).any(|(at, _)| {
        let within = |c: char| c.is_alphanumeric() || c == '_';
        let (before, behind) = (text.get(..at), text.get(at + EVERYONE.len()..));
        !before.is_some_and(|text| text.ends_with(within)) && !behind.is_some_and(|text| text.starts_with(within))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(byte: u8) -> AccountId {
        AccountId::new([byte; 32])
    }

    fn token(byte: u8) -> String {
        format!("<@{}>", ids::AccountId::from_bytes([byte; 32]))
    }

    #[test]
    fn tokens_call_each_account_once_in_order() {
        let text = format!("{} and {}, again {}", token(2), token(1), token(2));
        assert_eq!(accounts(&text), [account(2), account(1)]);
        assert_eq!(accounts(&token(3).repeat(3)), [account(3)]);
    }

    #[test]
    fn what_only_looks_like_a_token_calls_nobody() {
        let id = ids::AccountId::from_bytes([1; 32]).to_string();
        let channel = ids::ChannelId::from_bytes([1; 32]).to_string();
        for text in [
            String::new(),
            "<@>".to_owned(),
            "<@acc_>".to_owned(),
            format!("@{id}"),
            format!("<{id}>"),
            format!("<@{id}"),
            format!("<@{id} >"),
            format!("<@{}>", id.to_uppercase()),
            format!("<#{channel}>"),
            format!("<@{channel}>"),
        ] {
            assert_eq!(accounts(&text), [], "{text}");
        }
    }

    #[test]
    fn everyone_is_called_by_the_word_alone() {
        for text in ["@everyone", "hi @everyone!", "(@everyone)", "mail@everyone.net @everyone"] {
            assert!(calls_all(text), "{text}");
        }
        for text in ["everyone", "@everyones", "mail@everyone", "@Everyone", "@every one", "é@everyone"] {
            assert!(!calls_all(text), "{text}");
        }
    }
}

//! What people type as settings of a server, brought to the form in which it is signed.

use folkmoot_core::governance::{self, is_language};
use folkmoot_identity::name::{TextError, validate_name, validate_text};
use folkmoot_proto::limits::{
    ADDRESS_BYTES, ADDRESSES, DESCRIPTION_BYTES, MESSAGE_RATE_MAX, NAME_CHARS, TAG_CHARS, TAGS,
};
use folkmoot_rpc::{ApiError, contract::server::MessageRate};

use super::error;

/// 3001 unless it is a name.
pub(super) fn name(text: &str) -> Result<String, ApiError> {
    validate_name(text, NAME_CHARS).map_err(|e| error::name("name", &e))
}

/// 3002 when too long, 3001 with characters that trick the reader.
pub(super) fn description(text: &str) -> Result<String, ApiError> {
    validate_text(text, DESCRIPTION_BYTES).map_err(|e| match e {
        TextError::TooLong { max } => ApiError::too_large("description", max as u64),
        TextError::Forbidden { .. } => ApiError::invalid_content("description", format!("description: {e}")),
    })
}

/// 3001 unless each is a name; the same word in another case is one tag.
pub(super) fn tags(typed: &[String]) -> Result<Vec<String>, ApiError> {
    let mut tags: Vec<String> = Vec::with_capacity(typed.len());
    for tag in typed {
        let tag = validate_name(tag, TAG_CHARS).map_err(|e| error::name("tags", &e))?;
        if !tags.iter().any(|other| other.to_lowercase() == tag.to_lowercase()) {
            tags.push(tag);
        }
    }
    if tags.len() > TAGS {
        return Err(ApiError::invalid_params("tags", "at most 8 tags"));
    }
    Ok(tags)
}

/// 3001 unless it names a language, in any case; empty for none.
pub(super) fn language(typed: &str) -> Result<String, ApiError> {
    let language = typed.trim().to_ascii_lowercase();
    if language.is_empty() || is_language(&language) {
        return Ok(language);
    }
    Err(ApiError::invalid_content("language", "expected a language tag such as en or pt-br"))
}

/// 3001 unless all are addresses that say whom they lead to.
pub(super) fn bootstrap(addresses: Vec<String>) -> Result<Vec<String>, ApiError> {
    let leads_to_a_device = |address: &String| {
        let parsed = address.parse::<folkmoot_overlay::Address>().ok();
        address.len() <= ADDRESS_BYTES && parsed.is_some_and(|a| a.device().is_some() && a.is_dialable())
    };
    if addresses.len() > ADDRESSES {
        return Err(ApiError::invalid_params("bootstrap", "at most 8 addresses"));
    }
    if !addresses.iter().all(leads_to_a_device) {
        let text = "expected multiaddresses such as /ip4/192.0.2.1/udp/4001/quic-v1/p2p/PEER";
        return Err(ApiError::invalid_content("bootstrap", text));
    }
    Ok(addresses)
}

/// -32602 unless it is within what an owner may allow.
pub(super) fn message_rate(rate: MessageRate) -> Result<governance::MessageRate, ApiError> {
    let in_range = |n: u32| (1..=MESSAGE_RATE_MAX).contains(&n);
    if !in_range(rate.per_second) || !in_range(rate.burst) {
        return Err(ApiError::invalid_params("message_rate", "per_second and burst are 1 to 100000"));
    }
    Ok(governance::MessageRate { per_second: rate.per_second, burst: rate.burst })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_is_one_tag() {
        let typed = ["Tea", " tea ", "TEA", "talk"].map(str::to_owned);
        assert_eq!(tags(&typed).expect("names"), ["Tea", "talk"]);
        let nine: Vec<String> = (0..9).map(|n| format!("tag{n}")).collect();
        assert!(tags(&nine).is_err());
    }

    #[test]
    fn a_language_is_taken_in_any_case() {
        assert_eq!(language(" pt-BR ").expect("a language"), "pt-br");
        assert_eq!(language("").expect("none"), "");
        for wrong in ["english please", "e", "<b>", "en-", "12"] {
            assert_eq!(language(wrong).expect_err(wrong).kind().code(), 3001, "{wrong}");
        }
    }

    #[test]
    fn an_address_must_say_whom_it_leads_to() {
        let peer = "12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp";
        assert!(bootstrap(vec![format!("/ip4/192.0.2.1/udp/1/quic-v1/p2p/{peer}")]).is_ok());
        assert!(bootstrap(vec![format!("/ip4/192.0.2.1/tcp/1/p2p/{peer}")]).is_ok());
        for wrong in ["/ip4/192.0.2.1/udp/1/quic-v1", "hello", ""] {
            assert!(bootstrap(vec![wrong.to_owned()]).is_err(), "{wrong}");
        }
    }
}

//! `contact.*`: what this node keeps of people for itself. Nobody else learns of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Cursor, Limit, Method, Page, Scope, sample};
use crate::error::ErrorKind;
use crate::ids::AccountId;

/// A person as this node keeps them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Contact {
    /// The same as `account_id`: every object has an `id`.
    pub id: AccountId,
    /// The person.
    pub account_id: AccountId,
    /// The name others see; empty when this node never met them.
    pub display_name: String,
    /// Whether their messages are hidden here and they cannot reach this account directly.
    pub blocked: bool,
    /// Since when, milliseconds UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked_at: Option<u64>,
}

fn example_contact(blocked: bool) -> Contact {
    Contact {
        id: sample::OTHER,
        account_id: sample::OTHER,
        display_name: "Bob".into(),
        blocked,
        blocked_at: blocked.then_some(sample::TIME_MS),
    }
}

/// Who.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactParams {
    /// The person.
    pub account_id: AccountId,
}

/// `contact.block`
pub struct Block;

impl Method for Block {
    const NAME: &'static str = "contact.block";
    const SCOPE: Scope = Scope::Identity;
    const ERRORS: &'static [ErrorKind] =
        &[ErrorKind::NotFound, ErrorKind::Precondition, ErrorKind::Quota, ErrorKind::Storage];
    const SUMMARY: &'static str = "Hides what a person writes, on this node only, and refuses direct contact.";
    type Params = ContactParams;
    type Output = Contact;

    fn example() -> (ContactParams, Contact) {
        (ContactParams { account_id: sample::OTHER }, example_contact(true))
    }
}

/// `contact.unblock`
pub struct Unblock;

impl Method for Unblock {
    const NAME: &'static str = "contact.unblock";
    const SCOPE: Scope = Scope::Identity;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound, ErrorKind::Storage];
    const SUMMARY: &'static str = "Shows what a person writes again.";
    type Params = ContactParams;
    type Output = Contact;

    fn example() -> (ContactParams, Contact) {
        (ContactParams { account_id: sample::OTHER }, example_contact(false))
    }
}

/// `contact.list`
pub struct List;

/// Which page.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListParams {
    /// Items of the page.
    #[serde(default)]
    pub limit: Limit,
    /// Where the page begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
}

impl Method for List {
    const NAME: &'static str = "contact.list";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::CursorInvalid];
    const SUMMARY: &'static str = "The people this node keeps something about.";
    type Params = ListParams;
    type Output = Page<Contact>;

    fn example() -> (ListParams, Page<Contact>) {
        (ListParams::default(), Page::whole(vec![example_contact(true)]))
    }
}

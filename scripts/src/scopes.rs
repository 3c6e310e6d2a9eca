//! Which methods of the API a bot's own functions call, and the scope that each needs. What is not listed no script can call.

use folkmoot_rpc::Scope;

/// Method, scope, and the functions of scripts that call it.
const METHODS: &[(&str, Scope, &[&str])] = &[
    ("message.send", Scope::MessageWrite, &["reply", "send", "thread", "ask"]),
    ("message.edit", Scope::MessageWrite, &["edit"]),
    ("message.delete", Scope::MessageWrite, &[]),
    ("message.react", Scope::MessageWrite, &["react"]),
    ("message.unreact", Scope::MessageWrite, &["unreact"]),
    ("message.pin", Scope::MessageWrite, &["pin"]),
    ("message.unpin", Scope::MessageWrite, &["unpin"]),
    ("message.get", Scope::Read, &["refresh", "message"]),
    ("message.list", Scope::Read, &["history"]),
    ("channel.create", Scope::ChannelManage, &["create_channel"]),
    ("member.kick", Scope::MemberModerate, &["kick"]),
    ("member.ban", Scope::MemberModerate, &["ban"]),
    ("member.timeout", Scope::MemberModerate, &["timeout"]),
    ("server.role.list", Scope::Read, &["give_role", "take_role"]),
    ("server.role.assign", Scope::MemberModerate, &["give_role"]),
    ("server.role.unassign", Scope::MemberModerate, &["take_role"]),
];

/// The scope that a method needs; none for methods that no bot calls.
#[must_use]
pub fn scope_of(method: &str) -> Option<Scope> {
    METHODS.iter().find(|(name, ..)| *name == method).map(|(_, scope, _)| *scope)
}

/// The scopes that a function of scripts needs.
pub(crate) fn scopes_of_function(name: &str) -> impl Iterator<Item = Scope> + '_ {
    METHODS.iter().filter(move |(_, _, functions)| functions.contains(&name)).map(|(_, scope, _)| *scope)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_those_of_the_contract() {
        for (name, scope, _) in METHODS {
            let method = folkmoot_rpc::contract::find(name);
            assert_eq!(method.map(|method| method.scope), Some(*scope), "{name}");
        }
    }

    #[test]
    fn a_bot_can_ask_for_every_scope_its_functions_need() {
        assert!(METHODS.iter().all(|(_, scope, _)| crate::manifest::ASKABLE.contains(scope)));
    }
}

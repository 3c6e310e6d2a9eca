//! Channels: making, changing, moving and archiving them, and who may do otherwise in one.

use folkmoot_core::{
    governance::{
        ChannelKind, ChannelPut, ChannelState, Override, OverrideTarget, Payload, Permission, Permissions, Role, State,
    },
    ids::{ChannelId, ServerId},
};
use folkmoot_proto::limits::CHANNELS;

use super::{ActError, Made, NewChannel};
use crate::pipeline::{NonceKey, Turn, rev};

/// Places between two neighbours at first: twenty halvings before others have to move.
const SPACING: u64 = 1 << 20;
/// Overrides of one channel.
const OVERRIDES: usize = 256;
/// What whoever makes a private channel may do there.
const WITHIN: Permissions = Permissions::of(&[
    Permission::View,
    Permission::Send,
    Permission::Attach,
    Permission::React,
    Permission::Pin,
    Permission::RedactOthers,
]);

/// What becomes of a channel. Texts are validated by the caller.
#[derive(Clone, Debug, Default)]
pub struct ChannelEdit {
    /// Another name, 1-64 characters.
    pub name: Option<String>,
    /// Another topic, at most 256 characters.
    pub topic: Option<String>,
    /// The revision it must still have.
    pub if_rev: Option<u64>,
}

/// Where a channel goes.
#[derive(Clone, Copy, Debug)]
pub struct ChannelMove {
    /// The category to stand in.
    pub parent: Option<ChannelId>,
    /// Its place among the others there, from 0; `None` for the last.
    pub position: Option<usize>,
    /// The revision it must still have.
    pub if_rev: Option<u64>,
}

impl Turn<'_> {
    /// Makes a channel, behind those beside it.
    ///
    /// # Errors
    /// [`ActError`].
    pub fn create_channel(&mut self, new: NewChannel, nonce: Option<NonceKey>) -> Result<Made<ChannelId>, ActError> {
        if let Some(id) = self.replayed(nonce)? {
            return Ok(Made { id: ChannelId::new(id), replayed: true });
        }
        let NewChannel { server, name, kind, topic, parent, private } = new;
        self.require(server, Permission::ManageChannel)?;
        let me = self.member(server)?;
        let state = self.state(server)?;
        if state.channel_ids().count() >= CHANNELS {
            return Err(ActError::TooMany { what: "channels", limit: CHANNELS });
        }
        check_parent(state, kind, parent.as_ref())?;
        if private && kind == ChannelKind::Category {
            return Err(ActError::Refused("a category has no messages to keep private".into()));
        }
        let overrides = if private {
            let within = WITHIN.without(WITHIN.without(state.permissions(&me, None, self.now_ms)));
            vec![
                Override {
                    target: OverrideTarget::Role(Role::Member),
                    allow: Permissions::NONE,
                    deny: Permission::View.bit(),
                },
                Override { target: OverrideTarget::Account(me), allow: within, deny: Permissions::NONE },
            ]
        } else {
            Vec::new()
        };
        let order = state.siblings(parent.as_ref()).last().map_or(0, |last| last.order.saturating_add(SPACING));
        let id = self
            .put_channel(ChannelPut { channel: None, name, kind, topic, parent, overrides, private, order }, server)?;
        if private {
            self.rotate(server, id.into(), "first")?;
        }
        self.remember(nonce, id.as_ref())?;
        Ok(Made { id, replayed: false })
    }

    /// Changes a channel's name or topic.
    ///
    /// # Errors
    /// [`ActError`].
    pub fn update_channel(&mut self, channel: ChannelId, edit: ChannelEdit) -> Result<(), ActError> {
        let (server, held) = self.channel_open(channel, edit.if_rev)?;
        let put = ChannelPut {
            name: edit.name.unwrap_or_else(|| held.name.clone()),
            topic: edit.topic.unwrap_or_else(|| held.topic.clone()),
            ..as_it_is(&held)
        };
        self.put_changed(server, &held, put)
    }

    /// Moves a channel to another place or category.
    ///
    /// # Errors
    /// [`ActError`].
    pub fn move_channel(&mut self, channel: ChannelId, to: ChannelMove) -> Result<(), ActError> {
        let (server, held) = self.channel_open(channel, to.if_rev)?;
        let state = self.state(server)?;
        if held.parent != to.parent {
            check_parent(state, held.kind, to.parent.as_ref())?;
        }
        let others: Vec<ChannelState> =
            state.siblings(to.parent.as_ref()).into_iter().filter(|c| c.id != channel).cloned().collect();
        let at = to.position.unwrap_or(others.len()).min(others.len());
        let was_at = state.siblings(held.parent.as_ref()).iter().position(|c| c.id == channel);
        if held.parent == to.parent && was_at == Some(at) {
            return Ok(());
        }
        let before = at.checked_sub(1).and_then(|at| others.get(at)).map(|c| c.order);
        let after = others.get(at).map(|c| c.order);
        let put = |order| ChannelPut { parent: to.parent, order, ..as_it_is(&held) };
        if let Some(order) = between(before, after) {
            return self.put_changed(server, &held, put(order));
        }
        // No room between the two: everybody there gets a new place.
        let place = |index: usize| u64::try_from(index).unwrap_or(u64::MAX).saturating_mul(SPACING);
        self.put_changed(server, &held, put(place(at)))?;
        for (index, other) in others.iter().enumerate() {
            let order = place(if index < at { index } else { index + 1 });
            self.put_changed(server, other, ChannelPut { order, ..as_it_is(other) })?;
        }
        Ok(())
    }

    /// Archives a channel, or opens it again.
    ///
    /// # Errors
    /// [`ActError`].
    pub fn archive_channel(
        &mut self,
        channel: ChannelId,
        archived: bool,
        if_rev: Option<u64>,
        dry_run: bool,
    ) -> Result<(), ActError> {
        let (server, held) = self.channel_held(channel, if_rev)?;
        if held.archived == archived {
            return Ok(());
        }
        // A CHANNEL_PUT that knows of the archiving opens the channel again.
        let payload = if archived { Payload::ChannelArchive { channel } } else { Payload::ChannelPut(as_it_is(&held)) };
        self.perform(server, payload, dry_run)?;
        Ok(())
    }

    /// Changes who may do otherwise in a channel. Each override replaces what stood for its target; an empty one removes it.
    /// Returns what stands then, or would.
    ///
    /// # Errors
    /// [`ActError`].
    pub fn set_overrides(
        &mut self,
        channel: ChannelId,
        changes: Vec<Override>,
        if_rev: Option<u64>,
        dry_run: bool,
    ) -> Result<Vec<Override>, ActError> {
        let (server, held) = self.channel_open(channel, if_rev)?;
        let state = self.state(server)?;
        let mut overrides = held.overrides.clone();
        for change in changes {
            overrides.retain(|o| o.target != change.target);
            if change.allow == Permissions::NONE && change.deny == Permissions::NONE {
                continue;
            }
            match &change.target {
                OverrideTarget::Role(role) if state.role(role).is_none_or(|role| role.deleted) => {
                    return Err(ActError::UnknownRole);
                }
                OverrideTarget::Account(account) if !state.is_member(account) => return Err(ActError::UnknownMember),
                _ => {}
            }
            overrides.push(change);
        }
        overrides.sort_unstable_by_key(|o| o.target);
        if overrides.len() > OVERRIDES {
            return Err(ActError::TooMany { what: "overrides of a channel", limit: OVERRIDES });
        }
        if overrides != held.overrides {
            self.require(server, Permission::ManageChannel)?;
            self.holds_all(server, overrides.iter().fold(Permissions::NONE, |all, o| all.union(o.allow)))?;
            let put = ChannelPut { overrides: overrides.clone(), ..as_it_is(&held) };
            self.perform(server, Payload::ChannelPut(put), dry_run)?;
        }
        Ok(overrides)
    }

    fn channel_held(&self, channel: ChannelId, if_rev: Option<u64>) -> Result<(ServerId, ChannelState), ActError> {
        let server = *self.world.channel_home.get(&channel).ok_or(ActError::UnknownChannel)?;
        let me = self.member(server).map_err(|_| ActError::UnknownChannel)?;
        let state = self.state(server)?;
        let held = state.channel(&channel).ok_or(ActError::UnknownChannel)?;
        if !state.sees(&me, &channel) {
            return Err(ActError::missing(Permission::View));
        }
        let current_rev = rev(held.changed);
        if if_rev.is_some_and(|expected| expected != current_rev) {
            return Err(ActError::Conflict { current_rev });
        }
        Ok((server, held.clone()))
    }

    /// The same, not archived: changing an archived channel would open it again.
    fn channel_open(&self, channel: ChannelId, if_rev: Option<u64>) -> Result<(ServerId, ChannelState), ActError> {
        let (server, held) = self.channel_held(channel, if_rev)?;
        if held.archived {
            return Err(ActError::Refused("the channel is archived: open it again first".into()));
        }
        Ok((server, held))
    }

    fn put_changed(&mut self, server: ServerId, held: &ChannelState, put: ChannelPut) -> Result<(), ActError> {
        if put != as_it_is(held) {
            self.put_channel(put, server)?;
        }
        Ok(())
    }
}

/// A CHANNEL_PUT that changes nothing.
fn as_it_is(channel: &ChannelState) -> ChannelPut {
    ChannelPut {
        channel: Some(channel.id),
        name: channel.name.clone(),
        kind: channel.kind,
        topic: channel.topic.clone(),
        parent: channel.parent,
        overrides: channel.overrides.clone(),
        private: channel.private,
        order: channel.order,
    }
}

fn check_parent(state: &State, kind: ChannelKind, parent: Option<&ChannelId>) -> Result<(), ActError> {
    match parent {
        Some(parent) if kind == ChannelKind::Category || !state.is_category(parent) => Err(ActError::BadParent),
        _ => Ok(()),
    }
}

/// A place between two others; `None` when there is no room.
fn between(before: Option<u64>, after: Option<u64>) -> Option<u64> {
    match (before, after) {
        (None, None) => Some(0),
        (Some(before), None) => before.checked_add(SPACING),
        (None, Some(after)) => after.checked_sub(1).map(|last| last / 2),
        (Some(before), Some(after)) => {
            let gap = after.checked_sub(before)?;
            (gap > 1).then(|| before + gap / 2)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_between_two_is_found_until_there_is_no_room() {
        assert_eq!(between(None, None), Some(0));
        assert_eq!(between(Some(5), None), Some(5 + SPACING));
        assert_eq!(between(None, Some(9)), Some(4));
        assert_eq!((between(Some(4), Some(6)), between(Some(4), Some(5))), (Some(5), None));
        assert_eq!((between(None, Some(0)), between(Some(4), Some(4))), (None, None));
        let mut after = SPACING;
        let halvings = std::iter::from_fn(|| {
            after = between(Some(0), Some(after))?;
            Some(after)
        });
        assert_eq!(halvings.count(), 20);
    }
}

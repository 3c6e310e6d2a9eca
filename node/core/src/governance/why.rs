//! [`Why`]: the reason for which an event has no effect.

use super::Permission;

/// Why an event has no effect. Reasons of its own past never change; [`Why::Revoked`] and [`Why::InviteUsedUp`] may, as histories
/// merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// No certificate of this device by this account in its past.
    #[error("unknown device")]
    UnknownDevice,
    /// What it cites is no effective grant that its author knew of.
    #[error("cites no effective grant")]
    NoGrant,
    /// Its author left after the grant it cites.
    #[error("has left")]
    Left,
    /// What it cites was given to somebody else.
    #[error("cites another's grant")]
    AnothersGrant,
    /// The definition of the cited role is not effective.
    #[error("role not in force")]
    RoleNotInForce,
    /// Of a newer program.
    #[error("unknown type")]
    UnknownType,
    /// The cited role did not hold a permission.
    #[error("lacks {0}")]
    Lacks(Permission),
    /// Only owners may.
    #[error("owners only")]
    OwnersOnly,
    /// Only owners and stewards may.
    #[error("owners and stewards only")]
    StewardsOnly,
    /// More heirs needed than named, or none.
    #[error("threshold out of range")]
    Threshold,
    /// Gives a level or bits that its author does not have.
    #[error("would exceed the author")]
    ExceedsAuthor,
    /// Its author did not know the role it is about.
    #[error("unknown role")]
    UnknownRole,
    /// The role it is about does not stand below its author.
    #[error("role not below the author")]
    RoleNotBelow,
    /// Its author did not know the channel it is about.
    #[error("unknown channel")]
    UnknownChannel,
    /// No effective invite of that id in its past.
    #[error("no effective invite")]
    NoInvite,
    /// Past the invite's end by its own stamp.
    #[error("invite expired")]
    InviteExpired,
    /// The invite was taken back in its past.
    #[error("invite revoked")]
    InviteRevoked,
    /// An invite for more than a member.
    #[error("invites confer member at most")]
    InviteAboveMember,
    /// Its author did not know the invite it takes back.
    #[error("unknown invite")]
    UnknownInvite,
    /// Nobody is named as heir in its past.
    #[error("no heirs named")]
    NoHeirs,
    /// Fewer heirs signed than needed, or its author is none of them.
    #[error("too few heirs signed")]
    TooFewHeirs,
    /// Somebody of higher rank took away what it stands on.
    #[error("revoked")]
    Revoked,
    /// Others came first by the same invite.
    #[error("invite used up")]
    InviteUsedUp,
}

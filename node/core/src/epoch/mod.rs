//! Group keys. An epoch is a 32-byte history root `H` made by one member and wrapped to the others; everything that is
//! encrypted hangs from it. Handing over the newest `H` hands over all history in one step, by the history links.

mod frame;
mod new;
mod ring;
mod secret;
mod wrap;

pub use frame::{FrameError, hint_of, open_frame, seal_frame};
pub use new::{EpochParent, EpochPlan, NewEpoch, Recipient, recipients_root};
pub use ring::{BadWrap, KnownEpoch, Ring};
pub use secret::{Commitments, EpochKeys, HistoryRoot, Secret};
pub use wrap::{WrapKind, WrapScope};

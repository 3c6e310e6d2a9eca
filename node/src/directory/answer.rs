//! The answering end of `/folkmoot/directory/1`: one question, one answer, to anybody.

use bytes::Bytes;
use folkmoot_core::{advert::Advert, ids::ServerId};
use folkmoot_overlay::{FrameError, FramedStream};
use folkmoot_proto::{limits::DIRECTORY_ADVERTS, v1};
use v1::{RefusalReason, directory_frame::Frame};

use super::Directory;
use crate::{
    clock::{now_ms, random},
    sync::refusal,
};

/// Answers a stream.
///
/// # Errors
/// [`FrameError`] when the stream breaks.
pub(crate) async fn answer(directory: &Directory, mut stream: FramedStream) -> Result<(), FrameError> {
    let asked: v1::DirectoryFrame = stream.recv_message().await?;
    let answer = match asked.frame {
        Some(Frame::Ask(ask)) => match wanted(&ask) {
            Some(wanted) => Frame::Adverts(v1::DirectoryAdverts { adverts: directory.adverts(&wanted) }),
            None => Frame::Refusal(refusal(RefusalReason::Malformed)),
        },
        _ => Frame::Refusal(refusal(RefusalReason::Malformed)),
    };
    stream.send_message(&v1::DirectoryFrame { frame: Some(answer) }).await?;
    stream.close().await
}

/// What is asked for.
struct Wanted {
    server: Option<ServerId>,
    tag: Option<String>,
    language: Option<String>,
}

fn wanted(ask: &v1::DirectoryAsk) -> Option<Wanted> {
    let server = match ask.server.is_empty() {
        true => None,
        false => Some(ServerId::try_from(ask.server.as_ref()).ok()?),
    };
    let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Some(Wanted { server, tag: said(&ask.tag), language: said(&ask.language) })
}

impl Directory {
    /// What we carry of it: first servers we are in, for which we can open the door, then as many others as fit, beginning
    /// anywhere, so that not everybody tells of the same.
    fn adverts(&self, wanted: &Wanted) -> Vec<Bytes> {
        let now = now_ms();
        let fits = |advert: &&Advert| {
            wanted.server.is_none_or(|server| advert.server == server)
                && wanted.tag.as_ref().is_none_or(|tag| advert.listing.has_tag(tag))
                && wanted.language.as_ref().is_none_or(|language| advert.listing.speaks(language))
        };
        let all: Vec<(ServerId, Bytes)> = self
            .carried
            .with(|book| book.all(now).filter(fits).map(|advert| (advert.server, advert.bytes.clone())).collect());
        let (own, mut others): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|(server, _)| self.views.server(server).is_some());
        if !others.is_empty() {
            let start = u32::from_be_bytes(random()) as usize % others.len();
            others.rotate_left(start);
        }
        own.into_iter().chain(others).take(DIRECTORY_ADVERTS).map(|(_, bytes)| bytes).collect()
    }
}

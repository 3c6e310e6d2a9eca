//! The web of a simulation: what a test says a server answers.

use std::collections::BTreeMap;

use folkmoot_rpc::{ApiError, ErrorKind};

use crate::{
    host::{HttpAnswer, HttpCall, Piece},
    manifest::Manifest,
    web::allowed,
};

/// Answers by address, and what was sent there.
#[derive(Clone, Debug, Default)]
pub(super) struct Web {
    pub(super) answers: BTreeMap<String, HttpAnswer>,
    pub(super) requests: Vec<Request>,
}

/// A request that a bot made.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Web {
    pub(super) fn fetch(
        &mut self,
        call: &HttpCall,
        manifest: &Manifest,
        secrets: &BTreeMap<String, String>,
    ) -> Result<HttpAnswer, ApiError> {
        allowed(&call.url, &manifest.http)?;
        let value = |pieces: &[Piece]| -> Result<String, ApiError> {
            pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => Ok(text.clone()),
                    Piece::Secret(name) => secrets
                        .get(name)
                        .cloned()
                        .ok_or_else(|| ApiError::new(ErrorKind::Precondition, format!("the secret {name} is not set"))),
                })
                .collect()
        };
        let headers = call.headers.iter().map(|(name, held)| Ok((name.clone(), value(&held.0)?)));
        self.requests.push(Request {
            method: call.method.clone(),
            url: call.url.clone(),
            headers: headers.collect::<Result<_, ApiError>>()?,
            body: call.body.clone().unwrap_or_default(),
        });
        self.answers.get(&call.url).cloned().ok_or_else(|| {
            let text = format!("nobody answers at {}; say what does with sim.http(url, answer)", call.url);
            ApiError::new(ErrorKind::PeerUnreachable, text)
        })
    }
}

//! Where the window's address comes from: the node in this process, or the one that runs on the data folder already.

use std::{path::PathBuf, sync::Arc};

use folkmoot_rpc::{
    Client, Endpoint, Sessions,
    client::ClientError,
    contract::node::{NoParams, UiTicket},
};

/// Issues addresses of the interface.
pub(crate) enum Tickets {
    /// Of the node in this process.
    Own(Arc<Sessions>),
    /// Of the node that runs on this data folder.
    Running(PathBuf),
}

impl Tickets {
    /// An address with a fresh ticket.
    ///
    /// # Errors
    /// If the node does not answer.
    pub(crate) async fn fresh(&self) -> Result<String, ClientError> {
        match self {
            Self::Own(sessions) => sessions.ticket().map(|address| address.url).ok_or(ClientError::Closed),
            // Asked anew each time: it may have been started again meanwhile, at another port.
            Self::Running(data_dir) => {
                let client = Client::connect(&Endpoint::path_in(data_dir)).await?;
                client.call::<UiTicket>(&NoParams {}).await.map(|address| address.url)
            }
        }
    }
}

//! Says something in a channel, then prints what is said there. Goes on where it stopped, whether it or the node was
//! restarted: `client FOLDER CHANNEL POSITION_FILE [TEXT]`, as `examples/rpc/README.md` shows.

use std::{env, error::Error, fs, path::Path};

use folkmoot_rpc::client::{Client, Endpoint, Follow};
use folkmoot_rpc::contract::events::{EventItem, SubscribeParams, kind};
use folkmoot_rpc::contract::message::{Message, Send, SendParams};
use folkmoot_rpc::ids::ChannelId;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [folder, channel, position, text @ ..] = arguments.as_slice() else {
        return Err("usage: client FOLDER CHANNEL POSITION_FILE [TEXT]".into());
    };
    let (channel_id, position): (ChannelId, _) = (channel.parse()?, Path::new(position));
    // Where the node listens and what it takes as a token; both are new after each of its starts.
    let endpoint = Endpoint::path_in(Path::new(folder));
    if let Some(content) = text.first().cloned() {
        let message =
            SendParams { channel_id, content, reply_to: None, thread: None, attachments: Vec::new(), nonce: None };
        // The answer comes once the message is on disk.
        Client::connect(&endpoint).await?.call::<Send>(&message).await?;
    }
    let filter = SubscribeParams {
        // Everything since the beginning when there is no file yet.
        since: Some(fs::read_to_string(position).ok().and_then(|seq| seq.trim().parse().ok()).unwrap_or(0)),
        types: Some(vec![kind::MESSAGE_CREATED.to_owned()]),
        channels: Some(vec![channel_id]),
        ..SubscribeParams::default()
    };
    // Connects again by itself, and asks for what came after the last event it gave out.
    let mut events = Follow::endpoint(endpoint, filter);
    loop {
        let item = events.next().await?;
        if let EventItem::Event(event) = &item {
            let message: Message = serde_json::from_str(event.data.get())?;
            println!("{} {}: {}", event.seq, message.author.display_name, message.content);
        }
        // Printed before it is noted: killed in between, it prints one line twice rather than never.
        let draft = position.with_extension("new");
        fs::write(&draft, item.seq().to_string())?;
        fs::rename(&draft, position)?;
    }
}

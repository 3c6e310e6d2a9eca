//! A registry whose every method answers with its example: what the server and the client are tested against.

/// Gives every method of the contract, except those named, a handler that answers with the example.
macro_rules! canned {
    ($krate:ident, $builder:expr $(, $($namespace:ident :: $method:ident),+)?) => {
        $builder$($(.method::<$krate::contract::$namespace::$method, _, _>(|_, _| async {
            Ok(<$krate::contract::$namespace::$method as $krate::Method>::example().1)
        }))+)?
    };
}

/// Every method but `rpc.discover`, `message.send` and `message.get`, which tests handle themselves.
macro_rules! canned_but_messages {
    ($krate:ident, $builder:expr) => {
        canned!(
            $krate,
            $builder.subscription::<$krate::contract::presence::Subscribe, _, _>(|_, _| async {
                let item = <$krate::contract::presence::Subscribe as $krate::Method>::example().1;
                Ok(futures::StreamExt::boxed(futures::stream::iter([Ok(item)])))
            }),
            node::Info,
            node::Health,
            node::Stats,
            node::Shutdown,
            node::UiTicket,
            identity::Create,
            identity::Get,
            identity::Update,
            identity::Lock,
            identity::Unlock,
            server::Create,
            server::List,
            server::Get,
            server::Update,
            server::Discover,
            server::Join,
            server::Leave,
            server::Delete,
            server::Restore,
            server_role::Create,
            server_role::Update,
            server_role::Delete,
            server_role::List,
            server_role::Assign,
            server_role::Unassign,
            server_audit::List,
            server_heirs::Get,
            server_heirs::Set,
            server_heirs::Sign,
            server_rollback::List,
            server_rollback::Ratify,
            channel::Create,
            channel::List,
            channel::Get,
            channel::MarkRead,
            channel_change::Update,
            channel_change::Move,
            channel_change::Archive,
            channel_permissions::Get,
            channel_permissions::Set,
            channel_permissions::Explain,
            channel::Mute,
            channel::Typing,
            draft::Get,
            draft::Set,
            message::List,
            message::Edit,
            message::Delete,
            message::History,
            message::React,
            message::Unreact,
            message::Pin,
            message::Unpin,
            message::Pins,
            message::DeliveryOf,
            member::List,
            member::Get,
            member_moderation::Kick,
            member_moderation::Ban,
            member_moderation::Unban,
            member_moderation::Timeout,
            member_moderation::Bans,
            invite::Create,
            invite::Preview,
            invite::Accept,
            invite::List,
            invite::Revoke,
            contact::List,
            contact::Block,
            contact::Unblock,
            net::Status,
            net::Peers,
            net::Connect,
            net::Disconnect,
            net::SyncStatus,
            presence::Get,
            presence::Set,
            notification::List,
            notification::GetSettings,
            notification::SetSettings,
            ui::GetState,
            ui::SetState,
            events::Poll,
            events::Head,
            events::Ack
        )
    };
}

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
            $builder,
            node::Info,
            node::Health,
            node::Stats,
            node::Shutdown,
            identity::Create,
            identity::Get,
            identity::Update,
            identity::Lock,
            identity::Unlock,
            server::Create,
            server::List,
            server::Get,
            server::Leave,
            channel::Create,
            channel::List,
            channel::Get,
            channel::MarkRead,
            message::List,
            member::List,
            invite::Create,
            invite::Preview,
            invite::Accept,
            net::Status,
            net::Peers,
            net::Connect,
            events::Poll,
            events::Head,
            events::Ack
        )
    };
}

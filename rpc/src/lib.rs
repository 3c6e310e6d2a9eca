//! folkmoot-rpc.

//! The listen port: chosen once, then kept, so that members find this node again where it was.

use std::path::{Path, PathBuf};

use folkmoot_overlay::Address;

fn port_file(data_dir: &Path) -> PathBuf {
    data_dir.join("listen-port")
}

/// The addresses asked for, port 0 replaced by the port of the last start.
pub(crate) fn with_kept_port(data_dir: &Path, asked: &[Address]) -> Vec<Address> {
    let kept = std::fs::read_to_string(port_file(data_dir)).ok().and_then(|text| text.trim().parse::<u16>().ok());
    let Some(port) = kept.filter(|port| *port != 0) else { return asked.to_vec() };
    asked
        .iter()
        .map(|address| match (address.ip(), address.udp_port()) {
            (Some(ip), Some(0)) => Address::quic(ip, port),
            (Some(ip), None) if address.tcp_port() == Some(0) => Address::tcp(ip, port),
            _ => address.clone(),
        })
        .collect()
}

/// Keeps the port for the next start. Not to be able to is no reason not to run.
pub(crate) fn remember_port(data_dir: &Path, listening: &[Address]) {
    let quic = listening.iter().find_map(Address::udp_port);
    let Some(port) = quic.or_else(|| listening.iter().find_map(Address::tcp_port)) else { return };
    if let Err(error) = std::fs::write(port_file(data_dir), format!("{port}\n")) {
        tracing::warn!(%error, "the listen port could not be kept");
    }
}

/// Addresses to tell others: public first, then private, then loopback, QUIC before TCP of the same place; at most as many as a record holds.
pub(crate) fn sorted(listening: &[Address]) -> Vec<Address> {
    let mut addresses: Vec<Address> = listening.iter().filter(|a| a.is_dialable()).cloned().collect();
    addresses.sort_by_key(|address| {
        (
            address.is_private_or_loopback(),
            address.ip().is_some_and(|ip| ip.is_loopback()),
            address.ip().is_some_and(|ip| ip.is_ipv6()),
            !address.is_quic(),
        )
    });
    addresses.dedup();
    addresses.truncate(folkmoot_proto::limits::ADDRESSES);
    addresses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_of_the_last_start_replaces_port_zero_only() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let parse = |text: &str| text.parse::<Address>().expect("an address");
        remember_port(dir.path(), &[parse("/ip4/127.0.0.1/udp/4321/quic-v1")]);
        let asked = ["/ip4/0.0.0.0/udp/0/quic-v1", "/ip4/0.0.0.0/udp/99/quic-v1", "/ip6/::/tcp/0"].map(parse);
        let kept = with_kept_port(dir.path(), &asked);
        assert_eq!(
            kept,
            ["/ip4/0.0.0.0/udp/4321/quic-v1", "/ip4/0.0.0.0/udp/99/quic-v1", "/ip6/::/tcp/4321"].map(parse)
        );
    }

    #[test]
    fn a_node_without_quic_keeps_its_tcp_port() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let parse = |text: &str| text.parse::<Address>().expect("an address");
        remember_port(dir.path(), &[parse("/ip4/127.0.0.1/tcp/4322")]);
        assert_eq!(with_kept_port(dir.path(), &[parse("/ip4/0.0.0.0/tcp/0")]), [parse("/ip4/0.0.0.0/tcp/4322")]);
    }

    #[test]
    fn quic_stands_before_tcp_of_the_same_place() {
        let parse = |text: &str| text.parse::<Address>().expect("an address");
        let all =
            ["/ip4/10.0.0.2/tcp/1", "/ip4/9.9.9.9/tcp/1", "/ip4/10.0.0.2/udp/1/quic-v1", "/ip4/9.9.9.9/udp/1/quic-v1"];
        let sorted: Vec<String> = sorted(&all.map(parse)).iter().map(ToString::to_string).collect();
        assert_eq!(sorted, [all[3], all[1], all[2], all[0]]);
    }

    #[test]
    fn loopback_comes_last() {
        let parse = |text: &str| text.parse::<Address>().expect("an address");
        let all = ["/ip4/127.0.0.1/udp/1/quic-v1", "/ip4/10.0.0.2/udp/1/quic-v1", "/ip4/9.9.9.9/udp/1/quic-v1"];
        let sorted: Vec<String> = sorted(&all.map(parse)).iter().map(ToString::to_string).collect();
        assert_eq!(sorted, [all[2], all[1], all[0]]);
    }
}

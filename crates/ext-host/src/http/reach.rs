//! Where the name of a host leads, and whether requests of extensions may go there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use wasmtime_wasi_http::Error;

/// The first of a host's addresses. Whoever owns a name decides where it leads: one with an address
/// that is not of the internet is refused.
pub async fn find(host: &str, port: u16) -> Result<SocketAddr, Error> {
    let found = tokio::net::lookup_host((host, port)).await.map_err(Error::Connect)?;
    let found: Vec<SocketAddr> = found.collect();
    match found.first() {
        Some(first) if found.iter().all(|it| is_public(it.ip())) => Ok(*first),
        _ => Err(Error::HttpRequestDenied),
    }
}

/// Whether an address is of the internet, and neither of this machine nor of a network around it
/// (IANA, Special-Purpose Address Registries).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let special = match address.octets() {
        // This network, loopback, reserved and broadcast.
        [0 | 127 | 240..=255, ..] => true,
        // Between providers and their customers.
        [100, 64..=127, ..] => true,
        // Protocols, and the relays of 6to4.
        [192, 0, 0, _] | [192, 88, 99, _] => true,
        // Measurements.
        [198, 18 | 19, ..] => true,
        _ => false,
    };
    !(special
        || address.is_private()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation())
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // An IPv4 address, behind a translator.
        [0x64, 0xFF9B, 0, 0, 0, 0, high, low] => {
            let [[a, b], [c, d]] = [high.to_be_bytes(), low.to_be_bytes()];
            is_public_v4(Ipv4Addr::new(a, b, c, d))
        }
        // Protocols, tunnels to IPv4 addresses (Teredo, 6to4), documentation.
        [0x2001, 0..0x200, ..] | [0x2002, ..] | [0x2001, 0xDB8, ..] => false,
        // All others that are given out: no local ones, none that stands for an IPv4 address.
        [0x2000..0x4000, ..] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_internet() {
        for (address, expected) in [
            ("93.184.215.14", true),
            ("100.63.0.1", true),
            ("172.32.0.1", true),
            ("0.0.0.0", false),
            ("0.1.2.3", false),
            ("10.0.0.1", false),
            ("100.64.0.1", false),
            ("127.0.0.1", false),
            ("127.8.9.1", false),
            ("169.254.169.254", false),
            ("172.16.0.1", false),
            ("192.0.0.1", false),
            ("192.168.1.1", false),
            ("198.18.0.1", false),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", true),
            ("64:ff9b::5db8:d70e", true),
            ("64:ff9b::7f00:1", false),
            ("64:ff9b:1::5db8:d70e", false),
            ("::", false),
            ("::1", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:93.184.215.14", false),
            ("::127.0.0.1", false),
            ("2001:0:1::1", false),
            ("2002:7f00:1::", false),
            ("fc00::1", false),
            ("fd12::1", false),
            ("fe80::1", false),
            ("fec0::1", false),
            ("ff02::1", false),
        ] {
            assert_eq!(is_public(address.parse().unwrap()), expected, "{address}");
        }
    }

    #[test]
    fn names_that_lead_to_this_machine_lead_nowhere() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        for name in ["localhost", "127.0.0.1", "127.0.0.0x1", "0"] {
            let found = runtime.block_on(find(name, 80));
            // Where a resolver knows no address of that form, there is none.
            assert!(
                matches!(found, Err(Error::HttpRequestDenied | Error::Connect(_))),
                "{name}: {found:?}"
            );
        }
    }
}

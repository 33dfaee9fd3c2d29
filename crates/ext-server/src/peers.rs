//! How many connections each peer has.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// The connections of peers on other machines, each of which may have so many. This machine may
/// have all: what is on it is the operator's, and a proxy on it has the connections of everybody.
pub struct Peers {
    most: usize,
    /// By [`network`]; those that have none are not in it.
    connections: Mutex<HashMap<IpAddr, usize>>,
}

/// One connection; it is counted until it is dropped.
pub struct Place {
    peers: Arc<Peers>,
    network: Option<IpAddr>,
}

/// Those that are counted as one: who has an address of IPv6 mostly has all that begin with the
/// same 64 bits (RFC 4291, section 2.5.4).
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address => address,
    }
}

impl Peers {
    /// Each may have `most` connections.
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, connections: Mutex::default() })
    }

    /// One more connection; `None`: the peer has as many as it may have.
    pub fn enter(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let peer = peer.to_canonical();
        let network = (!peer.is_loopback()).then(|| network(peer));
        if let Some(network) = network {
            let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
            let count = connections.entry(network).or_default();
            if *count >= self.most {
                return None;
            }
            *count += 1;
        }
        Some(Place { peers: self.clone(), network })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(network) = self.network else { return };
        let mut connections = self.peers.connections.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = connections.get_mut(&network) {
            *count -= 1;
            if *count == 0 {
                connections.remove(&network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_peer_has_its_own() {
        let peers = Peers::new(2);
        let enter = |address: &str| peers.enter(address.parse().unwrap());
        let first = enter("2001:db8::1");
        let second = enter("2001:db8::ffff:2");
        assert!(first.is_some() && second.is_some());
        // The same network is full, others are not.
        assert!(enter("2001:db8::3").is_none());
        assert!(enter("2001:db8:0:1::3").is_some() && enter("192.0.2.1").is_some());
        drop(first);
        let third = enter("2001:db8::3");
        assert!(third.is_some() && enter("2001:db8::1").is_none());
        let mapped = [enter("192.0.2.1"), enter("::ffff:192.0.2.1"), enter("192.0.2.1")];
        assert!(mapped[1].is_some() && mapped[2].is_none());
        let here: Vec<_> = (0..9).map(|_| (enter("127.0.0.1"), enter("::1"))).collect();
        assert!(here.iter().all(|(old, new)| old.is_some() && new.is_some()));
        // Nothing is left of those that have gone.
        drop((second, third, mapped));
        assert!(peers.connections.lock().unwrap().is_empty());
    }
}

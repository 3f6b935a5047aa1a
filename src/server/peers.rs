//! Whose word about its clients is believed.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

/// A set of peers; empty unless the operator names some.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peers {
    networks: Vec<IpNet>,
    unix: bool,
}

/// A text names no set of peers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadPeers {
    /// It is no network.
    NotANetwork,
    /// It is everybody, whose word is worth nothing.
    Everybody,
    /// It is an address with the length of this network: either may be meant.
    Either(IpNet),
}

impl Peers {
    /// Adds those that `text` names: a network as in `10.0.0.0/8`, an address, or `unix` for whoever
    /// can open a unix socket of ours.
    ///
    /// # Errors
    /// When it names none, or everybody.
    pub fn add(&mut self, text: &str) -> Result<(), BadPeers> {
        if text == "unix" {
            self.unix = true;
            return Ok(());
        }
        let network = IpNet::from_str(text)
            .or_else(|_| IpAddr::from_str(text).map(|address| canonical(address).into()))
            .map_err(|_| BadPeers::NotANetwork)?;
        if network.prefix_len() == 0 {
            return Err(BadPeers::Everybody);
        }
        if network.trunc() != network {
            return Err(BadPeers::Either(network.trunc()));
        }
        self.networks.push(network);
        Ok(())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.networks.is_empty() && !self.unix
    }

    /// Whether the peer at `address` is among them; `None` is the other end of a unix socket.
    pub fn contain(&self, address: Option<IpAddr>) -> bool {
        match address {
            Some(address) => {
                let address = canonical(address);
                self.networks.iter().any(|network| network.contains(&address))
            }
            None => self.unix,
        }
    }
}

/// An IPv4 client of a dual-stack socket is an IPv4 client.
fn canonical(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peers(texts: &[&str]) -> Peers {
        let mut peers = Peers::default();
        for text in texts {
            peers.add(text).unwrap();
        }
        peers
    }

    #[test]
    fn p14_nobody_is_believed_unless_named() {
        let none = Peers::default();
        assert!(none.is_empty());
        assert!(!none.contain(Some([127, 0, 0, 1].into())));
        assert!(!none.contain(None), "P14: who comes over a unix socket has no address");
    }

    #[test]
    fn networks_addresses_and_unix_sockets_can_be_named() {
        let some = peers(&["10.0.0.0/8", "2001:db8::/32", "192.0.2.7", "unix"]);
        for (address, among) in [
            ("10.255.0.1", true),
            ("::ffff:10.255.0.1", true),
            ("11.0.0.1", false),
            ("2001:db8::1", true),
            ("2001:db9::1", false),
            ("192.0.2.7", true),
            ("192.0.2.8", false),
        ] {
            assert_eq!(some.contain(Some(address.parse().unwrap())), among, "{address}");
        }
        assert!(some.contain(None));
    }

    #[test]
    fn c21_everybody_is_not_a_set_of_trusted_peers() {
        let mut peers = Peers::default();
        for everybody in ["0.0.0.0/0", "::/0", "10.0.0.0/0"] {
            assert_eq!(peers.add(everybody), Err(BadPeers::Everybody), "{everybody}");
        }
        for odd in ["", "10.0.0.0/33", "proxy.example", "10.0.0.0/8,", "10.0.0"] {
            assert_eq!(peers.add(odd), Err(BadPeers::NotANetwork), "{odd}");
        }
        for (either, network) in [("10.1.2.3/8", "10.0.0.0/8"), ("2001:db8::1/32", "2001:db8::/32")]
        {
            let network = network.parse().unwrap();
            assert_eq!(peers.add(either), Err(BadPeers::Either(network)), "{either}");
        }
        assert!(peers.is_empty());
    }
}

//! Addresses of clients and of the proxies before them.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// A range of addresses: those that share the first bits with one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u32,
}

impl Network {
    /// Parses `10.0.0.0/8`, `fd00::/8`, or an address by itself.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(prefix) => prefix.parse().ok().filter(|&prefix| prefix <= longest)?,
            None => longest,
        };
        Some(Self { address, prefix })
    }

    /// Whether `address` is one of them. IPv4 addresses in IPv6 clothes are IPv4 addresses.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(a), IpAddr::V4(b)) => {
                (a.to_bits() ^ b.to_bits()).checked_shr(32 - self.prefix).unwrap_or(0) == 0
            }
            (IpAddr::V6(a), IpAddr::V6(b)) => {
                (a.to_bits() ^ b.to_bits()).checked_shr(128 - self.prefix).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

/// The client: the socket's address, or, where that is a trusted proxy's, the last address of
/// `forwarded` (values of `x-forwarded-for`, in order) that is no trusted proxy's. What stands
/// before it, anyone may have written.
///
/// `peer` is an address with or without a port. `None` if it is no address.
#[must_use]
pub fn client_address<'a>(
    peer: &str,
    forwarded: impl DoubleEndedIterator<Item = &'a str>,
    trusted: &[Network],
) -> Option<IpAddr> {
    let is_trusted = |address| trusted.iter().any(|network| network.contains(address));
    let mut client = parse(peer)?;
    for address in forwarded.rev().flat_map(|value| value.rsplit(',')) {
        if !is_trusted(client) {
            break;
        }
        match parse(address.trim()) {
            Some(address) => client = address,
            None => break,
        }
    }
    Some(client)
}

/// An address, its port left out: `10.0.0.1`, `10.0.0.1:80`, `::1`, `[::1]`, `[::1]:80`.
fn parse(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().or_else(|_| text.parse().map(|socket: SocketAddr| socket.ip())).ok()?;
    Some(IpAddr::to_canonical(&address))
}

/// What limits count by: an IPv4 address, or the /64 network of an IPv6 address, of which one
/// client has as many as it likes.
#[must_use]
pub fn counted(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_what_shares_their_bits() {
        let holds = |network: &str, address: &str| {
            Network::parse(network).unwrap().contains(address.parse().unwrap())
        };
        assert!(holds("10.0.0.0/8", "10.255.0.1") && !holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("192.168.1.1", "192.168.1.1") && !holds("192.168.1.1", "192.168.1.2"));
        assert!(holds("0.0.0.0/0", "8.8.8.8") && !holds("0.0.0.0/0", "2001:db8::1"));
        assert!(holds("fd00::/8", "fd12::1") && !holds("fd00::/8", "fe80::1"));
        assert!(holds("::/0", "2001:db8::1"));
        assert!(holds("10.0.0.0/8", "::ffff:10.0.0.1"));
        for bad in ["", "10.0.0.0/33", "::/129", "10.0.0/8", "x", "10.0.0.0/-1", "10.0.0.0/"] {
            assert_eq!(Network::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let trusted = [Network::parse("10.0.0.0/8").unwrap(), Network::parse("::1").unwrap()];
        let client = |peer: &str, forwarded: &[&str]| {
            client_address(peer, forwarded.iter().copied(), &trusted).map(|address| address.to_string())
        };
        let is = |address: &str| Some(address.to_owned());
        assert_eq!(client("7.7.7.7:5000", &["1.1.1.1"]), is("7.7.7.7"), "a stranger claims");
        assert_eq!(client("10.0.0.1:80", &[]), is("10.0.0.1"));
        assert_eq!(client("10.0.0.1:80", &["6.6.6.6, 5.5.5.5"]), is("5.5.5.5"), "the last one counts");
        assert_eq!(client("10.0.0.1:80", &["6.6.6.6, 5.5.5.5, 10.1.1.1"]), is("5.5.5.5"));
        assert_eq!(client("10.0.0.1:80", &["6.6.6.6", "5.5.5.5:443"]), is("5.5.5.5"));
        assert_eq!(client("[::1]:80", &["[2001:db8::1]:9"]), is("2001:db8::1"));
        assert_eq!(client("10.0.0.1:80", &["5.5.5.5, unknown"]), is("10.0.0.1"), "nonsense ends the chain");
        assert_eq!(client("10.0.0.1:80", &["10.2.2.2, 10.1.1.1"]), is("10.2.2.2"));
        assert_eq!(client("nobody", &["5.5.5.5"]), None);
    }

    #[test]
    fn a_client_is_one_ipv6_network() {
        let counted = |address: &str| counted(address.parse().unwrap()).to_string();
        assert_eq!(counted("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(counted("1.2.3.4"), "1.2.3.4");
    }
}

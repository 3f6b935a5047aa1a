//! How many connections each address has, so that one client cannot take all that there may be.
//!
//! Asked once for each connection, after it is known who is at its other end: behind a balancer that
//! announces its clients, they are counted, and not the balancer.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// The connections of all addresses.
#[derive(Debug, Default)]
pub(super) struct Crowd(Mutex<HashMap<IpAddr, usize>>);

impl Crowd {
    /// One more of `address`; `None` when it has `most` already.
    pub(super) fn admit(self: &Arc<Self>, address: IpAddr, most: usize) -> Option<Admitted> {
        let whose = household(address);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = all.entry(whose).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Admitted { crowd: Arc::clone(self), whose })
    }
}

/// One connection of an address, until it is dropped.
pub(super) struct Admitted {
    crowd: Arc<Crowd>,
    whose: IpAddr,
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let mut all = self.crowd.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&self.whose) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.whose);
            }
        }
    }
}

/// What one client has at least: of IPv6, a network of 2^64 addresses.
fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_household_has_so_many_and_what_ends_makes_room() {
        let crowd = Arc::new(Crowd::default());
        let admit = |address: &str| crowd.admit(address.parse().unwrap(), 2);
        let (first, second) = (admit("192.0.2.1"), admit("::ffff:192.0.2.1"));
        assert!(first.is_some() && second.is_some());
        assert!(admit("192.0.2.1").is_none(), "written in two ways, it is one");
        assert!(admit("192.0.2.2").is_some());
        drop(first);
        let _third = admit("192.0.2.1").unwrap();
        let _sixes = ["2001:db8::1", "2001:db8::2:0:0:1"].map(|one| admit(one).unwrap());
        assert!(admit("2001:db8::3").is_none(), "the same network");
        assert!(admit("2001:db8:0:1::1").is_some(), "another");
    }

    #[test]
    fn nothing_is_kept_of_who_has_left() {
        let crowd = Arc::new(Crowd::default());
        for n in 0..1000_u32 {
            drop(crowd.admit(n.to_be_bytes().into(), 1).unwrap());
        }
        assert!(crowd.0.lock().unwrap().is_empty());
    }
}

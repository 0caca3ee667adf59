//! Who calls: by its key, or by its address as the socket or trusted proxies tell it.

mod keys;
mod network;

pub use keys::{Key, Keys, given};
pub use network::{Network, client_address, counted};

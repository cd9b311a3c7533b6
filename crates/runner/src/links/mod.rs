//! Pairs of nodes with what a model or a heuristic says of them.
//!
//! A [`Scorer`] ranks pairs, a [`Calibration`] makes probabilities of scores, [`Reliability`] says how right they are, and
//! [`Links`] writes them.

mod by;
mod calibration;
mod candidates;
mod forecast;
mod isotonic;
mod most_per_node;
mod probabilities;
mod reliability;
mod scorer;
mod table;
mod test_shares;
mod two_hop;

pub use by::{By, require_suited};
pub use calibration::{Calibration, FEW};
pub use candidates::Candidates;
pub use forecast::Forecast;
pub use most_per_node::at_most_per_node;
pub use probabilities::Probabilities;
pub use reliability::{Bin, Reliability};
pub use scorer::{Link, Scorer};
pub use table::{LinkRow, Links, TableFormat};
pub use test_shares::TestShare;
pub use two_hop::TwoHop;

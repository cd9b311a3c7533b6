//! The command that is printed for what was looked at.

pub(super) use crate::shell::set;

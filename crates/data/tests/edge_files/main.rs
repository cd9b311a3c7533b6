//! Files of edges that people really have: read right, refused by name, or noted.

mod clean;
mod columns;
mod dirty;
mod first_lines;
mod formats;
mod guessed_columns;
mod karate;
mod look_alikes;
mod matrices;
mod separators;
mod sizes;

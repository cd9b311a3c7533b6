//! Changes of files, drawn from a seed: the same seed changes the same.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// What formats begin, end, separate and count with, and what is hard for numbers.
const TOKENS: [&[u8]; 40] = [
    b"0",
    b"-1",
    b"1",
    b"255",
    b"256",
    b"4294967295",
    b"4294967296",
    b"9223372036854775807",
    b"18446744073709551616",
    b"1e309",
    b"1e38",
    b"-0",
    b"nan",
    b"inf",
    b"0x10",
    b"1_000",
    b",",
    b";",
    b"\t",
    b" ",
    b"\n",
    b"\r\n",
    b"\r",
    b"\"",
    b"'",
    b"#",
    b"%",
    b"{",
    b"}",
    b"[",
    b"]",
    b"(",
    b")",
    b":",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"id",
    b"\\",
    b"*",
];

/// Lengths and counts that overflow what was not made for them, in either order of bytes.
const EXTREMES: [u32; 8] = [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x0001_0000, 0xffff, 0x4000_0001];

/// An endless row of changed files.
pub struct Mutations<'a> {
    random: ChaCha8Rng,
    seeds: &'a [Vec<u8>],
}

impl<'a> Mutations<'a> {
    pub fn new(seed: u64, name: &str, seeds: &'a [Vec<u8>]) -> Self {
        let hash: [u8; 32] = Sha256::digest(format!("{seed} {name}")).into();
        Self { random: ChaCha8Rng::from_seed(hash), seeds }
    }

    pub fn next(&mut self) -> Vec<u8> {
        let mut file = self.any().clone();
        for _ in 0..self.random.random_range(1..=6) {
            self.change(&mut file);
        }
        file
    }

    fn any(&mut self) -> &'a Vec<u8> {
        &self.seeds[self.random.random_range(0..self.seeds.len())]
    }

    /// A part of a file, most of them short.
    fn part(&mut self, length: usize) -> std::ops::Range<usize> {
        let start = self.random.random_range(0..=length);
        let most = if self.random.random_ratio(3, 4) { 8 } else { length };
        let end = length.min(start + self.random.random_range(0..=most));
        start..end
    }

    fn change(&mut self, file: &mut Vec<u8>) {
        let length = file.len();
        match self.random.random_range(0..10) {
            0 if length > 0 => {
                let at = self.random.random_range(0..length);
                file[at] ^= 1 << self.random.random_range(0..8);
            }
            1 if length > 0 => {
                let at = self.random.random_range(0..length);
                file[at] = self.random.next_u32() as u8;
            }
            2 => file.truncate(self.random.random_range(0..=length)),
            3 => drop(file.drain(self.part(length))),
            4 => {
                let part = self.part(length);
                let (copy, at) = (file[part].to_vec(), self.random.random_range(0..=length));
                let times = if self.random.random_ratio(1, 8) { 200 } else { 1 };
                drop(file.splice(at..at, copy.repeat(times)));
            }
            5 => {
                let other = self.any();
                let (part, at) = (self.part(other.len()), self.random.random_range(0..=length));
                drop(file.splice(at..at, other[part].to_vec()));
            }
            6 if length >= 4 => {
                let at = self.random.random_range(0..=length - 4);
                let value = EXTREMES[self.random.random_range(0..EXTREMES.len())];
                let bytes = if self.random.random() { value.to_le_bytes() } else { value.to_be_bytes() };
                file[at..at + 4].copy_from_slice(&bytes);
            }
            7 => self.number(file),
            _ => {
                let token = TOKENS[self.random.random_range(0..TOKENS.len())];
                let at = self.random.random_range(0..=length);
                let end = if self.random.random() { at } else { length.min(at + token.len()) };
                drop(file.splice(at..end, token.iter().copied()));
            }
        }
    }

    /// Another number in the place of one that is written in digits.
    fn number(&mut self, file: &mut Vec<u8>) {
        let starts: Vec<usize> = (0..file.len())
            .filter(|&at| file[at].is_ascii_digit() && (at == 0 || !file[at - 1].is_ascii_digit()))
            .collect();
        if starts.is_empty() {
            return;
        }
        let start = starts[self.random.random_range(0..starts.len())];
        let end = file[start..]
            .iter()
            .position(|byte| !byte.is_ascii_digit())
            .map_or(file.len(), |end| start + end);
        let token = TOKENS[self.random.random_range(0..16)];
        drop(file.splice(start..end, token.iter().copied()));
    }
}

//! Zip files of entries that are stored as they are: NumPy's `.npz` and PyTorch's `.pt`.
//!
//! Nothing is compressed, so an entry is a slice of the file, and no file can claim more than it is.

use flate2::Crc;

const LOCAL_HEADER: [u8; 4] = *b"PK\x03\x04";
const CENTRAL_HEADER: [u8; 4] = *b"PK\x01\x02";
const END: [u8; 4] = *b"PK\x05\x06";
/// 1 January 1980, the first day that the format knows: equal content gives equal bytes.
const DATE: u16 = (1 << 5) | 1;

/// A zip file of these entries, in their order; `None` from 4 GiB or 65 535 entries on, where the format ends.
pub fn store<'a>(entries: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Option<Vec<u8>> {
    let (mut file, mut directory, mut count) = (Vec::new(), Vec::new(), 0_u16);
    for (name, content) in entries {
        let offset = u32::try_from(file.len()).ok()?;
        let size = u32::try_from(content.len()).ok()?;
        // What both headers say: version 2.0, no flags, stored, when, the checksum, and the lengths.
        let mut common = Vec::new();
        for field in [20, 0, 0, 0, DATE] {
            common.extend(field.to_le_bytes());
        }
        for field in [checksum(content), size, size] {
            common.extend(field.to_le_bytes());
        }
        common.extend(u16::try_from(name.len()).ok()?.to_le_bytes());
        common.extend([0; 2]);
        file.extend(LOCAL_HEADER);
        file.extend(&common);
        file.extend(name.as_bytes());
        file.extend(content);
        directory.extend(CENTRAL_HEADER);
        directory.extend(20_u16.to_le_bytes());
        directory.extend(&common);
        // No comment, the first disk, no attributes.
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
        count = count.checked_add(1).filter(|&count| count < u16::MAX)?;
    }
    let offset = u32::try_from(file.len()).ok().filter(|&offset| offset < u32::MAX)?;
    let size = u32::try_from(directory.len()).ok()?;
    file.extend(directory);
    file.extend(END);
    file.extend([0; 4]);
    file.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    file.extend([size.to_le_bytes(), offset.to_le_bytes()].concat());
    file.extend([0; 2]);
    Some(file)
}

/// The entries of a zip file, by name.
#[derive(Debug)]
pub struct Zip<'a>(Vec<(&'a str, &'a [u8])>);

impl<'a> Zip<'a> {
    /// Finds the entries and compares their checksums.
    ///
    /// # Errors
    /// If the file is no zip file, is damaged, or holds an entry that is compressed or encrypted.
    pub fn read(file: &'a [u8]) -> Result<Self, String> {
        const DAMAGED: &str = "its list of entries is damaged";
        const TRUNCATED: &str = "its list of entries is cut short";
        let end = end_record(file).ok_or("is no whole zip file: it lacks the list of its entries")?;
        let (disks, [here, count]) = (u32_at(end, 4), [8, 10].map(|at| u16_at(end, at)));
        let (size, offset) = (u32_at(end, 12), u32_at(end, 16));
        if disks != 0 || here != count || count == u16::MAX || size == u32::MAX || offset == u32::MAX {
            return Err("is a zip file of several parts, or of 4 GiB or more".into());
        }
        let directory = part(file, offset as usize, size as usize);
        let mut directory = directory.ok_or("its list of entries lies beyond its end")?;
        let (mut entries, mut total) = (Vec::new(), 0);
        for _ in 0..count {
            let (header, rest) = directory.split_at_checked(46).ok_or(TRUNCATED)?;
            if !header.starts_with(&CENTRAL_HEADER) {
                return Err(DAMAGED.into());
            }
            let [name, extra, comment] = [28, 30, 32].map(|at| usize::from(u16_at(header, at)));
            let name = part(rest, 0, name).ok_or(TRUNCATED)?;
            directory = rest.get(name.len() + extra + comment..).ok_or(TRUNCATED)?;
            let name = str::from_utf8(name).map_err(|_| "the name of an entry is not UTF-8")?;
            // Many names for one content would be as many checksums of it.
            total += u64::from(u32_at(header, 20));
            if total > file.len() as u64 {
                return Err("its entries overlap".into());
            }
            entries.push((name, entry(file, header).map_err(|problem| format!("{name}: {problem}"))?));
        }
        if directory.is_empty() { Ok(Self(entries)) } else { Err(DAMAGED.into()) }
    }

    /// The content of an entry.
    pub fn get(&self, name: &str) -> Option<&'a [u8]> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, content)| *content)
    }

    /// The names of the entries, in their order.
    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        self.0.iter().map(|(name, _)| *name)
    }
}

/// The record at the end of the file, behind which there is nothing but its comment.
fn end_record(file: &[u8]) -> Option<&[u8]> {
    const SIZE: usize = 22;
    let last = file.len().checked_sub(SIZE)?;
    let first = last.saturating_sub(u16::MAX.into());
    (first..=last)
        .rev()
        .map(|start| &file[start..])
        .find(|record| record.starts_with(&END) && record.len() == SIZE + usize::from(u16_at(record, 20)))
}

/// The content that a header of the list tells of.
fn entry<'a>(file: &'a [u8], header: &[u8]) -> Result<&'a [u8], String> {
    let (flags, method) = (u16_at(header, 8), u16_at(header, 10));
    let [crc, packed, size, offset] = [16, 20, 24, 42].map(|at| u32_at(header, at));
    if method != 0 || packed != size {
        return Err("is compressed".into());
    }
    if flags & 1 == 1 {
        return Err("is encrypted".into());
    }
    let local = part(file, offset as usize, 30).filter(|local| local.starts_with(&LOCAL_HEADER));
    let local = local.ok_or("is not where the list says")?;
    let start = offset as usize + 30 + usize::from(u16_at(local, 26)) + usize::from(u16_at(local, 28));
    let content = part(file, start, size as usize).ok_or("lies beyond the end of the file")?;
    if checksum(content) != crc {
        return Err("its checksum is wrong: the file is damaged".into());
    }
    Ok(content)
}

fn checksum(content: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(content);
    crc.sum()
}

fn part(bytes: &[u8], start: usize, length: usize) -> Option<&[u8]> {
    bytes.get(start..start.checked_add(length)?)
}

/// The number at a place inside a record of known size.
fn u16_at(record: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([record[at], record[at + 1]])
}

fn u32_at(record: &[u8], at: usize) -> u32 {
    u32::from(u16_at(record, at)) | (u32::from(u16_at(record, at + 2)) << 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<u8> {
        store([("a.npy", &b"one"[..]), ("b/c", b""), ("d", b"PK\x05\x06")]).expect("small")
    }

    #[test]
    fn what_is_stored_is_read() {
        let file = sample();
        let zip = Zip::read(&file).expect("whole");
        assert_eq!(zip.names().collect::<Vec<_>>(), ["a.npy", "b/c", "d"]);
        assert_eq!(zip.get("a.npy"), Some(&b"one"[..]));
        assert_eq!((zip.get("b/c"), zip.get("e")), (Some(&b""[..]), None));
    }

    #[test]
    fn a_damaged_file_is_refused_or_reads_as_before() {
        let file = sample();
        for length in 0..file.len() {
            assert!(Zip::read(&file[..length]).is_err(), "{length} bytes");
        }
        for at in 0..file.len() {
            for bit in 0..8 {
                let mut changed = file.clone();
                changed[at] ^= 1 << bit;
                // A name may be another then, but never what an entry holds.
                let contents = Zip::read(&changed).map(|zip| zip.0.into_iter().map(|entry| entry.1.to_vec()));
                if let Ok(contents) = contents {
                    assert_eq!(contents.collect::<Vec<_>>().concat(), b"onePK\x05\x06", "byte {at}");
                }
            }
        }
    }
}

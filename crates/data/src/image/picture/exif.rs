//! Which way up a picture is, by its EXIF.
//!
//! Layout: JEITA CP-3451, "Exchangeable image file format", section 4.6: a TIFF header and a directory of entries.

/// The tag of the orientation.
const ORIENTATION: u16 = 0x0112;
/// The type of a 16-bit number.
const SHORT: u16 = 3;

/// The orientation that an EXIF block, its TIFF header first, gives: 1 to 8, and 1 where it says nothing sound.
pub(super) fn orientation(exif: &[u8]) -> u8 {
    read(exif).filter(|orientation| (1..=8).contains(orientation)).map_or(1, |orientation| orientation as u8)
}

fn read(exif: &[u8]) -> Option<u16> {
    let exif = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    let is_little = match exif.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let bytes = exif.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if is_little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    };
    let long = |at: usize| {
        let bytes = exif.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if is_little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    };
    let directory = usize::try_from(long(4)?).ok()?;
    let entries = usize::from(short(directory)?);
    (0..entries).map_while(|entry| directory.checked_add(2 + 12 * entry)).find_map(|at| {
        let is_it = short(at)? == ORIENTATION && short(at.checked_add(2)?)? == SHORT;
        if is_it { short(at.checked_add(8)?) } else { None }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_says_its_orientation_in_either_order_and_a_damaged_one_nothing() {
        let big = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let little = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x08\0\0\0\0\0\0\0";
        assert_eq!((orientation(big), orientation(little)), (6, 8));
        for length in 0..18 {
            assert_eq!(orientation(&big[..length]), 1);
        }
        let mut far = *big;
        far[4..8].fill(0xff);
        assert_eq!(orientation(&far), 1);
        let mut strange = *big;
        strange[19] = 9;
        assert_eq!(orientation(&strange), 1);
    }
}

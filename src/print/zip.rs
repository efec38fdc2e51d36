//! A ZIP archive (PKWARE APPNOTE 6.3, without ZIP64) whose files are stored as they are: certificates are packed already.
//! The same files give the same bytes: every file is of 1980-01-01, the first day that the format knows.

use std::io::{self, Seek, SeekFrom, Write};

use crc32fast::Hasher;

/// 1980-01-01 at 00:00, as the format writes dates.
const FIRST_DAY: u16 = 1 << 5 | 1;
/// The version that is needed to unpack: 1.0.
const VERSION: u16 = 10;
/// Names are UTF-8.
const UTF_8: u16 = 1 << 11;
/// An ordinary file that its owner may write and all may read, as Unix keeps it.
const MODE: u32 = 0o100_644 << 16;
/// Made on Unix, so that the mode counts.
const MADE_BY: u16 = 3 << 8 | VERSION;

/// An archive that is being written.
pub struct Zip<W> {
    out: W,
    entries: Vec<Entry>,
}

struct Entry {
    name: String,
    crc: u32,
    size: u32,
    offset: u32,
}

/// Counts and sums what goes through.
struct Counting<'w, W> {
    out: &'w mut W,
    sum: Hasher,
    size: u64,
}

impl<W: Write> Write for Counting<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.sum.update(bytes.get(..written).unwrap_or(bytes));
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn too_large<T>(_: T) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, "an archive holds up to 4 GiB and 65,535 files: name a folder instead")
}

impl<W: Write + Seek> Zip<W> {
    /// Begins an archive at the beginning of a file.
    pub fn new(out: W) -> Zip<W> {
        Zip { out, entries: Vec::new() }
    }

    /// Adds a file, whose content `write` writes.
    ///
    /// # Errors
    /// What `write` says, or the file; an archive that becomes too large.
    pub fn add<E: From<io::Error>>(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> Result<(), E>,
    ) -> Result<(), E> {
        let offset = u32::try_from(self.out.stream_position()?).map_err(too_large)?;
        let mut entry = Entry { name: name.to_owned(), crc: 0, size: 0, offset };
        self.out.write_all(&entry.local_header()?)?;
        let mut counting = Counting { out: &mut self.out, sum: Hasher::new(), size: 0 };
        write(&mut counting)?;
        entry.size = u32::try_from(counting.size).map_err(too_large)?;
        entry.crc = counting.sum.finalize();
        let end = self.out.stream_position()?;
        self.out.seek(SeekFrom::Start(offset.into()))?;
        self.out.write_all(&entry.local_header()?)?;
        self.out.seek(SeekFrom::Start(end))?;
        self.entries.push(entry);
        Ok(())
    }

    /// Writes the directory, which stands at the end.
    ///
    /// # Errors
    /// What the file says; an archive that is too large.
    pub fn finish(mut self) -> io::Result<()> {
        let start = u32::try_from(self.out.stream_position()?).map_err(too_large)?;
        let count = u16::try_from(self.entries.len()).map_err(too_large)?;
        let mut directory = Vec::new();
        for entry in &self.entries {
            directory.extend(entry.directory_header()?);
        }
        let length = u32::try_from(directory.len()).map_err(too_large)?;
        let mut end = b"PK\x05\x06\0\0\0\0".to_vec();
        end.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
        end.extend([length.to_le_bytes(), start.to_le_bytes()].concat());
        end.extend([0, 0]);
        self.out.write_all(&directory)?;
        self.out.write_all(&end)
    }
}

impl Entry {
    /// What both headers hold: how it is kept, when it was made, and its sizes.
    fn common(&self) -> io::Result<Vec<u8>> {
        let length = u16::try_from(self.name.len()).map_err(too_large)?;
        let stored = 0_u16;
        let mut bytes = [VERSION, UTF_8, stored, 0, FIRST_DAY].map(u16::to_le_bytes).concat();
        bytes.extend([self.crc, self.size, self.size].map(u32::to_le_bytes).concat());
        bytes.extend([length, 0].map(u16::to_le_bytes).concat());
        Ok(bytes)
    }

    fn local_header(&self) -> io::Result<Vec<u8>> {
        Ok([b"PK\x03\x04".as_slice(), &self.common()?, self.name.as_bytes()].concat())
    }

    fn directory_header(&self) -> io::Result<Vec<u8>> {
        let mut bytes = [b"PK\x01\x02".as_slice(), &MADE_BY.to_le_bytes(), &self.common()?].concat();
        // No remark, the first and only volume, nothing known of the content.
        bytes.extend([0_u8; 6]);
        bytes.extend([MODE, self.offset].map(u32::to_le_bytes).concat());
        bytes.extend(self.name.as_bytes());
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_to_the_byte() {
        let mut bytes = io::Cursor::new(Vec::new());
        let mut zip = Zip::new(&mut bytes);
        zip.add("a.txt", |out| out.write_all(b"123456789")).unwrap();
        zip.finish().unwrap();
        let bytes = bytes.into_inner();
        // The check value of CRC-32 for these nine digits is CBF43926.
        let expected = [
            b"PK\x03\x04\x0a\0\0\x08\0\0\0\0\x21\0\x26\x39\xf4\xcb\x09\0\0\0\x09\0\0\0\x05\0\0\0a.txt123456789"
                .as_slice(),
            b"PK\x01\x02\x0a\x03\x0a\0\0\x08\0\0\0\0\x21\0\x26\x39\xf4\xcb\x09\0\0\0\x09\0\0\0\x05\0\0\0",
            b"\0\0\0\0\0\0\0\0\xa4\x81\0\0\0\0a.txt",
            b"PK\x05\x06\0\0\0\0\x01\0\x01\0\x33\0\0\0\x2c\0\0\0\0\0",
        ]
        .concat();
        assert_eq!(bytes, expected);
    }

    #[test]
    fn a_fault_of_the_content_is_the_answer() {
        let mut zip = Zip::new(io::Cursor::new(Vec::new()));
        let done = zip.add("a", |_| Err(io::Error::other("damaged")));
        assert_eq!(done.unwrap_err().to_string(), "damaged");
    }
}

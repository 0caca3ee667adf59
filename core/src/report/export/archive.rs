//! Several files as one.

use std::io::Write;

use rawzip::{CompressionMethod, ZipArchiveWriter};

/// A ZIP archive of `files`, by name, stored as they are and without times, so that the same files give the same
/// archive.
pub(super) fn zip<'a>(files: impl Iterator<Item = (String, &'a [u8])>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut bytes);
    let mut add = |name: &str, content: &[u8]| -> Result<(), rawzip::Error> {
        let (mut entry, config) =
            archive.new_file(name).compression_method(CompressionMethod::STORE).start()?;
        let mut writer = config.wrap(&mut entry);
        writer.write_all(content)?;
        let (_, descriptor) = writer.finish()?;
        entry.finish(descriptor)?;
        Ok(())
    };
    for (name, content) in files {
        add(&name, content).expect("memory takes all that is written, and names are short");
    }
    archive.finish().expect("memory takes all that is written");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_in_the_archive() {
        let files: [(&str, &[u8]); 3] =
            [("a.txt", b"first"), ("\u{e4} b.txt", b""), ("c.bin", &[0, 255, 10])];
        let bytes = zip(files.iter().map(|&(name, content)| (name.to_owned(), content)));
        let archive = rawzip::ZipArchive::from_slice(&bytes).unwrap();
        let mut entries = archive.entries();
        let mut n_found = 0;
        while let Some(entry) = entries.next_entry().unwrap() {
            let (name, content) = files[n_found];
            assert_eq!(entry.file_path().try_normalize().unwrap().as_ref(), name);
            let found = archive.get_entry(entry.wayfinder()).unwrap();
            assert_eq!(found.data(), content);
            n_found += 1;
        }
        assert_eq!(n_found, files.len());
    }
}

//! Archives that are the same whenever they are made, and their checksums.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256};
use tar::{Builder, EntryType, Header};

/// Packs a folder under the name `name`: in order, of no date and no owner.
pub(super) fn pack(folder: &Path, name: &str, to: &Path) -> Result<()> {
    let file = File::create(to).with_context(|| format!("making {}", to.display()))?;
    let gzip: GzEncoder<File> = GzBuilder::new().mtime(0).write(file, Compression::best());
    let mut archive = Builder::new(gzip);
    add(&mut archive, folder, Path::new(name))?;
    archive.into_inner()?.finish()?;
    Ok(())
}

fn add(archive: &mut Builder<GzEncoder<File>>, path: &Path, name: &Path) -> Result<()> {
    let mut header = Header::new_gnu();
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    if path.is_dir() {
        header.set_entry_type(EntryType::Directory);
        header.set_mode(0o755);
        header.set_size(0);
        archive.append_data(&mut header, format!("{}/", name.display()), &[][..])?;
        let mut entries: Vec<PathBuf> = fs::read_dir(path)?.flatten().map(|entry| entry.path()).collect();
        entries.sort();
        for entry in entries {
            let file_name = entry.file_name().context("an entry has a name")?;
            add(archive, &entry, &name.join(file_name))?;
        }
        return Ok(());
    }
    let bytes = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    let is_program = path.parent().is_some_and(|dir| dir.ends_with("bin")) && path.extension().is_none();
    header.set_mode(if is_program { 0o755 } else { 0o644 });
    header.set_size(bytes.len() as u64);
    archive.append_data(&mut header, name, &bytes[..])?;
    Ok(())
}

/// Writes `SHA256SUMS` of the files in a folder, as `sha256sum --check` reads it.
pub(super) fn write_sums(folder: &Path, files: &[PathBuf]) -> Result<()> {
    let mut text = String::new();
    for file in files {
        let digest = Sha256::digest(fs::read(file)?);
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let name = file.file_name().context("a file has a name")?.to_string_lossy();
        text += &format!("{hex}  {name}\n");
    }
    fs::write(folder.join("SHA256SUMS"), text).context("SHA256SUMS")
}

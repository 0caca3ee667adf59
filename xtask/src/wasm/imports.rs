//! What a wasm module imports, read off its import section (WebAssembly core specification, 5.5.5).

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail, ensure};

/// Names of the modules that `wasm` imports from.
pub(crate) fn modules(wasm: &[u8]) -> Result<BTreeSet<String>> {
    ensure!(wasm.starts_with(b"\0asm\x01\0\0\0"), "no wasm module");
    let mut reader = Reader(&wasm[8..]);
    let mut names = BTreeSet::new();
    while !reader.0.is_empty() {
        let section = reader.byte()?;
        let length = reader.number()? as usize;
        let mut body = Reader(reader.take(length)?);
        if section != 2 {
            continue;
        }
        for _ in 0..body.number()? {
            names.insert(body.name()?);
            body.name()?;
            body.skip_description()?;
        }
    }
    Ok(names)
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(n).context("the module ends too early")?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8> {
        Ok(self.take(1)?[0])
    }

    /// LEB128, unsigned.
    fn number(&mut self) -> Result<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        bail!("a number is too long")
    }

    fn name(&mut self) -> Result<String> {
        let length = self.number()? as usize;
        Ok(String::from_utf8(self.take(length)?.to_vec())?)
    }

    fn skip_limits(&mut self) -> Result<()> {
        let flags = self.byte()?;
        self.number()?;
        if flags & 1 != 0 {
            self.number()?;
        }
        Ok(())
    }

    fn skip_description(&mut self) -> Result<()> {
        match self.byte()? {
            // Function: its type.
            0 => drop(self.number()?),
            // Table: element type and limits.
            1 => {
                self.byte()?;
                self.skip_limits()?;
            }
            // Memory: limits.
            2 => self.skip_limits()?,
            // Global: type and mutability.
            3 => drop(self.take(2)?),
            // Tag: attribute and type.
            4 => {
                self.byte()?;
                self.number()?;
            }
            other => bail!("unknown kind of import {other}"),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_listed() {
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        // A custom section, then a function of type 0 and a memory of at least 1 page.
        module.extend(b"\x00\x03\x01ab");
        module.extend(b"\x02\x11\x02\x03env\x01f\x00\x00\x02./\x01m\x02\x00\x01");
        assert_eq!(modules(&module).unwrap(), ["./".to_owned(), "env".to_owned()].into());
        assert!(modules(&module[..20]).is_err());
        assert!(modules(b"").is_err());
    }
}

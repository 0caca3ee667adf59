//! File names in headers: `Content-Disposition` after RFC 6266 and 8187, and as browsers write it in forms.

/// Longest file name in characters.
const MAX_NAME: usize = 255;

/// The value of the parameter `name` of a `Content-Disposition` header, which may hold any bytes.
/// `name*` comes before `name`. `None` where there is neither.
#[must_use]
pub fn parameter(disposition: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(disposition);
    let (mut plain, mut extended) = (None, None);
    for (given, value) in parameters(&text) {
        if given.eq_ignore_ascii_case(name) {
            plain = plain.or(Some(value));
        } else if given.strip_suffix('*').is_some_and(|given| given.eq_ignore_ascii_case(name)) {
            extended = extended.or_else(|| decode_extended(&value));
        }
    }
    extended.or(plain)
}

/// The file name of a `Content-Disposition` header: without folders, which some clients send
/// along, control characters and what turns the direction of writing.
#[must_use]
pub fn file_name(disposition: &[u8]) -> Option<String> {
    let name = parameter(disposition, "filename")?;
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = base.chars().filter(|&c| is_harmless(c)).take(MAX_NAME).collect();
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// The header of an answer that is to be saved as a file called after `name`, the upload's, with another extension.
#[must_use]
pub fn attachment(name: Option<&str>, extension: &str) -> String {
    let name = name.unwrap_or("song");
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let stem = if stem.is_empty() { "song" } else { stem };
    let plain: String = stem
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || " -_.()".contains(c) { c } else { '_' })
        .collect();
    let header = format!("attachment; filename=\"{plain}.{extension}\"");
    if plain == stem { header } else { format!("{header}; filename*=UTF-8''{}.{extension}", percent(stem)) }
}

/// Names and values of the parameters, quotation marks resolved.
fn parameters(text: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    let mut rest = text.split_once(';').map_or("", |(_, rest)| rest);
    while let Some((name, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => unquote(quoted),
            None => {
                let (value, next) = after.split_once(';').unwrap_or((after, ""));
                (value.trim().to_owned(), next)
            }
        };
        found.push((name.trim(), value));
        rest = next;
    }
    found
}

/// The text up to the closing quotation mark, and what follows after the next semicolon. A backslash
/// escapes quotation marks and itself only: others are of folders on Windows.
fn unquote(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, text[at + 1..].split_once(';').map_or("", |(_, next)| next)),
            '\\' => match chars.next_if(|&(_, next)| next == '"' || next == '\\') {
                Some((_, escaped)) => value.push(escaped),
                None => value.push('\\'),
            },
            c => value.push(c),
        }
    }
    (value, "")
}

/// `UTF-8'en'%e2%98%83` → `☃`, after RFC 8187.
fn decode_extended(value: &str) -> Option<String> {
    let mut fields = value.splitn(3, '\'');
    let (charset, _, text) = (fields.next()?, fields.next()?, fields.next()?);
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let [high, low, after @ ..] = rest else { return None };
        let digit = |b: u8| char::from(b).to_digit(16).map(|digit| digit as u8);
        bytes.push(digit(*high)? << 4 | digit(*low)?);
        rest = after;
    }
    if charset.eq_ignore_ascii_case("utf-8") {
        String::from_utf8(bytes).ok()
    } else if charset.eq_ignore_ascii_case("iso-8859-1") {
        Some(bytes.into_iter().map(char::from).collect())
    } else {
        None
    }
}

fn percent(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!#$&+^`|".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded += &format!("%{byte:02X}");
        }
    }
    encoded
}

/// Whether a character may stand in a file name that is shown and sent on.
fn is_harmless(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_clients_write_them() {
        for (header, name) in [
            ("attachment; filename=\"../a b.mp3\"", Some("a b.mp3")),
            ("form-data; name=\"audio\"; filename=\"C:\\music\\a.mp3\"", Some("a.mp3")),
            ("attachment; filename=song.mp3 ; x=y", Some("song.mp3")),
            ("attachment; filename=\"say \\\"hi\\\"; now.mp3\"", Some("say \"hi\"; now.mp3")),
            ("attachment; filename=\"_.mp3\"; filename*=UTF-8''%c3%bc%20%E2%98%83.mp3", Some("ü ☃.mp3")),
            ("attachment; filename*=utf-8'en'a.mp3; filename=\"b.mp3\"", Some("a.mp3")),
            ("attachment; filename*=ISO-8859-1''%fc.mp3", Some("ü.mp3")),
            ("attachment; filename*=UTF-8''%ff; filename=b.mp3", Some("b.mp3")),
            ("attachment; filename*=UTF-8''%e; filename=b.mp3", Some("b.mp3")),
            ("attachment; filename=\"ü ☃.wav\"", Some("ü ☃.wav")),
            ("attachment; filename=\"a\u{202e}3pm.exe\"", Some("a3pm.exe")),
            ("attachment; filename=\"unclosed.mp3", Some("unclosed.mp3")),
            ("attachment; filename=\"folder/\"", None),
            ("attachment; filename=\"\"", None),
            ("attachment", None),
            ("", None),
        ] {
            assert_eq!(file_name(header.as_bytes()).as_deref(), name, "{header}");
        }
        assert_eq!(file_name(b"attachment; filename=\"\xfc.mp3\"").as_deref(), Some("\u{fffd}.mp3"));
        assert_eq!(
            file_name(format!("x; filename={}", "a".repeat(1000)).as_bytes()).unwrap().len(),
            MAX_NAME
        );
        assert_eq!(parameter(b"form-data; name=\"audio\"", "name").as_deref(), Some("audio"));
    }

    #[test]
    fn names_of_answers_follow_those_of_uploads() {
        assert_eq!(attachment(None, "mid"), "attachment; filename=\"song.mid\"");
        assert_eq!(attachment(Some("My song.v2.mp3"), "mid"), "attachment; filename=\"My song.v2.mid\"");
        assert_eq!(
            attachment(Some("ü ☃.wav"), "mid"),
            "attachment; filename=\"_ _.mid\"; filename*=UTF-8''%C3%BC%20%E2%98%83.mid"
        );
        assert_eq!(
            attachment(Some("My <song>.flac"), "lab"),
            "attachment; filename=\"My _song_.lab\"; filename*=UTF-8''My%20%3Csong%3E.lab"
        );
        assert_eq!(attachment(Some(".mp3"), "mid"), "attachment; filename=\"song.mid\"");
        let header = attachment(Some("a\"; x=\r\n☃.wav"), "mid");
        assert_eq!(file_name(header.as_bytes()).as_deref(), Some("a\"; x=☃.mid"), "{header}");
        assert!(header.bytes().all(|b| (b' '..=b'~').contains(&b)), "{header}");
    }
}

//! Texts in XML.

use super::content::one_line;

/// The declaration that files start with.
pub(super) const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// Attributes of an element, each with a space before it; those without a value are left out.
pub(super) fn attributes<const N: usize>(attributes: [(&str, Option<String>); N]) -> String {
    let attributes = attributes.into_iter();
    attributes.filter_map(|(name, value)| Some(format!(" {name}=\"{}\"", escaped(&value?)))).collect()
}

/// A text as the value of an attribute or as an element's content, on one line; what XML cannot hold becomes a space.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in one_line(text).chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&apos;",
            '\u{fffe}' | '\u{ffff}' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
pub(super) mod tests {
    use quick_xml::XmlVersion;
    use quick_xml::events::{BytesStart, Event};

    /// Names and values, in their order.
    pub(in super::super) type Attributes = Vec<(String, String)>;

    fn attributes(element: &BytesStart<'_>) -> Attributes {
        element
            .attributes()
            .map(|attribute| {
                let attribute = attribute.unwrap();
                let name = attribute.key.as_ref().to_owned();
                (name, attribute.normalized_value(XmlVersion::Implicit1_0).unwrap().into_owned())
            })
            .collect()
    }

    /// All elements with their attributes, as another implementation reads them.
    pub(in super::super) fn read(text: &str) -> Vec<(String, Attributes)> {
        let mut reader = quick_xml::Reader::from_str(text);
        let mut elements = Vec::new();
        loop {
            match reader.read_event().unwrap() {
                Event::Start(element) | Event::Empty(element) => {
                    let name = element.name().as_ref().to_owned();
                    elements.push((name, attributes(&element)));
                }
                Event::Eof => return elements,
                _ => {}
            }
        }
    }

    pub(in super::super) fn get<'a>(attributes: &'a Attributes, name: &str) -> &'a str {
        &attributes.iter().find(|attribute| attribute.0 == name).unwrap().1
    }

    pub(in super::super) fn all<'a>(elements: &'a [(String, Attributes)], name: &str) -> Vec<&'a Attributes> {
        elements.iter().filter(|element| element.0 == name).map(|element| &element.1).collect()
    }
}

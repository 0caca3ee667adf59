//! The structure as a picture.

mod svg;

use super::template::Template;

/// Where pictures go, and what they are.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Picture {
    pub(super) template: Template,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Svg,
    Png,
}

/// Pixels of a PNG for each unit of the drawing.
const SCALE: f32 = 2.0;

impl Picture {
    /// Parses a path or a template of paths by its extension.
    ///
    /// # Errors
    /// What is allowed.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let kind = match text.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).as_deref()
        {
            Some("svg") => Kind::Svg,
            Some("png") => Kind::Png,
            _ => return Err(format!("`{text}` is no picture; allowed: names that end in .svg or .png")),
        };
        Ok(Self { template: Template::parse(text)?, kind })
    }

    /// The extension of its files.
    pub(super) const fn extension(&self) -> &'static str {
        match self.kind {
            Kind::Svg => "svg",
            Kind::Png => "png",
        }
    }

    /// The picture of `report`, whose song is called `name` where it has no title.
    ///
    /// # Errors
    /// Why it cannot be drawn, in words.
    pub(super) fn draw(&self, report: &sectionist_core::Report, name: &str) -> Result<Vec<u8>, String> {
        let svg = svg::draw(report, name);
        match self.kind {
            Kind::Svg => Ok(svg.into_bytes()),
            Kind::Png => png(&svg),
        }
    }
}

/// `svg` in pixels, with the fonts of this machine.
fn png(svg: &str) -> Result<Vec<u8>, String> {
    use resvg::{tiny_skia, usvg};
    let mut options = usvg::Options::default();
    let fonts = options.fontdb_mut();
    fonts.load_system_fonts();
    if fonts.is_empty() {
        return Err("a PNG needs fonts, and this machine has none; install some, or draw an .svg".to_owned());
    }
    // What drawings ask for is a family that every machine calls otherwise.
    let family = ["DejaVu Sans", "Liberation Sans", "Arial", "Helvetica", "Noto Sans"]
        .into_iter()
        .find(|family| fonts.faces().any(|face| face.families.iter().any(|(name, _)| name == family)));
    let first = fonts.faces().next().and_then(|face| face.families.first().map(|(name, _)| name.clone()));
    if let Some(family) = family.map(str::to_owned).or(first) {
        fonts.set_sans_serif_family(family);
    }
    let tree = usvg::Tree::from_str(svg, &options).map_err(|error| format!("it cannot be drawn: {error}"))?;
    let size = tree.size();
    let [width, height] = [size.width(), size.height()].map(|length| (length * SCALE).ceil() as u32);
    let mut pixels =
        tiny_skia::Pixmap::new(width, height).ok_or_else(|| "it is too large to be drawn".to_owned())?;
    resvg::render(&tree, tiny_skia::Transform::from_scale(SCALE, SCALE), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| format!("it cannot be drawn: {error}"))
}

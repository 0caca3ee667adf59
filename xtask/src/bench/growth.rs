//! Time and memory from one minute to two hours, with a picture.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Result;

use super::{figures, number, song};
use crate::tree;

const MINUTES: [u32; 5] = [1, 4, 10, 30, 120];

/// One duration's figures: minutes, seconds of the whole, megabytes beyond the file, longest step in ms.
struct Point {
    minutes: f64,
    seconds: f64,
    megabytes: f64,
    longest_step: f64,
}

/// Measures, draws `docs/pictures/growth.svg`, and says what was measured.
pub(super) fn table(measure: &Path, folder: &Path) -> Result<String> {
    let mut points = Vec::new();
    for minutes in MINUTES {
        // Two hours are all that is taken: what encoders add must fit in.
        let file = song(folder, (60 * minutes).min(7_190), "mp3", 96)?;
        let measured = figures(measure, &file, "balanced", 1)?;
        points.push(Point {
            minutes: f64::from(minutes),
            seconds: number(&measured["whole"]),
            megabytes: (number(&measured["peak_memory"]) - 2.0 * number(&measured["bytes"])) / 1e6,
            longest_step: 1e3 * number(&measured["longest_step"]),
        });
    }
    fs::write(tree::root().join("docs/pictures/growth.svg"), picture(&points))?;
    let mut table = "| MP3 of | whole | a minute of music | memory beyond the file | longest step |\n\
                     | --- | --- | --- | --- | --- |\n"
        .to_owned();
    for Point { minutes, seconds, megabytes, longest_step } in &points {
        let each = 1e3 * seconds / minutes;
        writeln!(
            table,
            "| {minutes:.0} min | {seconds:.2} s | {each:.0} ms | {megabytes:.0} MB | {longest_step:.1} ms |"
        )?;
    }
    Ok(format!("{table}\n![Time and memory over the length of the music](pictures/growth.svg)\n"))
}

/// Two lines over minutes: seconds and megabytes, each to its largest value.
fn picture(points: &[Point]) -> String {
    const WIDTH: f64 = 560.0;
    const HEIGHT: f64 = 240.0;
    const LEFT: f64 = 50.0;
    const TOP: f64 = 20.0;
    let largest = |get: fn(&Point) -> f64| points.iter().map(get).fold(1e-9, f64::max);
    let x = |point: &Point| LEFT + WIDTH * point.minutes / largest(|point| point.minutes);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
        LEFT + WIDTH + 60.0,
        TOP + HEIGHT + 40.0
    );
    for (name, colour, get, unit) in [
        ("time", "#0a6", (|point: &Point| point.seconds) as fn(&Point) -> f64, "s"),
        ("memory beyond the file", "#a3c", |point: &Point| point.megabytes, "MB"),
    ] {
        let y = |point: &Point| TOP + HEIGHT * (1.0 - get(point) / largest(get));
        let line: Vec<String> =
            points.iter().map(|point| format!("{:.1},{:.1}", x(point), y(point))).collect();
        svg += &format!(
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\n",
            line.join(" ")
        );
        for point in points {
            svg += &format!(
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\" fill=\"{colour}\"/>\n",
                x(point),
                y(point)
            );
        }
        let row = if unit == "s" { TOP + 14.0 } else { TOP + 32.0 };
        svg += &format!(
            "<text x=\"{:.0}\" y=\"{row:.0}\" fill=\"{colour}\">{name}: up to {:.0} {unit}</text>\n",
            LEFT + 12.0,
            largest(get)
        );
    }
    svg += &format!(
        "<path d=\"M{LEFT} {TOP}V{}H{}\" fill=\"none\" stroke=\"#444\"/>\n",
        TOP + HEIGHT,
        LEFT + WIDTH
    );
    for point in points {
        svg += &format!(
            "<text x=\"{:.1}\" y=\"{:.0}\" text-anchor=\"middle\" fill=\"#444\">{:.0}</text>\n",
            x(point),
            TOP + HEIGHT + 16.0,
            point.minutes
        );
    }
    svg + &format!(
        "<text x=\"{LEFT}\" y=\"{:.0}\" fill=\"#444\">minutes of music</text>\n</svg>\n",
        TOP + HEIGHT + 34.0
    )
}

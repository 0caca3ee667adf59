//! `learn WHAT LEFT-OUT PRIORS FOLDER…`: prints the data file that lies beside a stage, fitted to the songs in some
//! folders. `cargo xtask learn WHAT` renders the songs, calls this and writes the file.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.as_slice() {
        [what, left_out, priors, folders @ ..] => {
            sectionist_learn::learn(what, left_out.as_ref(), priors.as_ref(), folders)
        }
        _ => Err("learn WHAT LEFT-OUT PRIORS FOLDER…".into()),
    };
    match outcome {
        Ok(file) => {
            print!("{file}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

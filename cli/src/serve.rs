//! `sectionist serve`: the page and the API on this machine.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use sectionist_host::{HostConfig, HostError, Server, variables_from_env};

use crate::args::{ServeArgs, UsageError};

/// Where the demo is in a checkout.
const WEB_ROOT: &str = "web-demo";

/// Runs the command until it is interrupted. A configuration that cannot be used ends it with exit code 2.
pub(crate) fn run(args: &ServeArgs) -> Result<ExitCode, UsageError> {
    let config = config(args)?;
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Ok(fail(&error.to_string(), ExitCode::FAILURE)),
    };
    Ok(match runtime.block_on(serve(config)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let of_configuration = matches!(error, HostError::Variable(_) | HostError::KeyValue(_));
            fail(&error.to_string(), if of_configuration { ExitCode::from(2) } else { ExitCode::FAILURE })
        }
    })
}

async fn serve(config: HostConfig) -> Result<(), HostError> {
    let with_page = config.web_root.is_some();
    let server = Server::bind(config).await?;
    let address = server.local_addr();
    if with_page {
        eprintln!("Sectionist is at http://{address}/, the API at http://{address}/analyze");
    } else {
        eprintln!(
            "Sectionist's API is at http://{address}/analyze; for the page too, name its folder with --web-root"
        );
    }
    eprintln!("Stop it with Ctrl-C.");
    server.run(interrupted()).await;
    Ok(())
}

fn config(args: &ServeArgs) -> Result<HostConfig, UsageError> {
    let defaults = HostConfig::default();
    let in_checkout = || Some(PathBuf::from(WEB_ROOT)).filter(|folder| folder.is_dir());
    let page = || in_checkout().or_else(installed_page);
    Ok(HostConfig {
        listen: args.listen.unwrap_or(defaults.listen),
        component: args.component.clone().or_else(beside_program).unwrap_or(defaults.component),
        web_root: if args.api_only { None } else { args.web_root.clone().or_else(page) },
        max_instances: args.max_instances.map_or(defaults.max_instances, usize::from),
        max_instance_memory: match args.max_memory {
            Some(bytes) => usize::try_from(bytes).unwrap_or(usize::MAX),
            None => defaults.max_instance_memory,
        },
        key_value: args.key_value.clone().unwrap_or_default(),
        cache_dir: if args.no_cache { None } else { args.cache_dir.clone().or(defaults.cache_dir) },
        variables: variables(args)?,
        ..defaults
    })
}

/// The component that was installed beside this program.
fn beside_program() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    Some(program.parent().unwrap_or(Path::new("")).join("sectionist_service.wasm"))
        .filter(|path| path.is_file())
}

/// The page that was installed with this program: `bin/` and `share/` lie side by side.
fn installed_page() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    Some(program.parent()?.parent()?.join("share/sectionist/web")).filter(|folder| folder.is_dir())
}

/// The environment's variables, then those of flags.
fn variables(args: &ServeArgs) -> Result<BTreeMap<String, String>, UsageError> {
    let mut variables = variables_from_env();
    for variable in &args.variables {
        let Some((name, value)) = variable.split_once('=').filter(|(name, _)| !name.trim().is_empty()) else {
            return Err(UsageError(format!(
                "`{variable}` is no variable; allowed: NAME=VALUE, like log_level=debug"
            )));
        };
        variables.insert(name.trim().to_lowercase(), value.to_owned());
    }
    let flags = [
        ("max_file_size", args.max_file_size.map(|bytes| bytes.to_string())),
        ("max_duration", args.max_duration.map(|seconds| seconds.to_string())),
        ("analysis_timeout", args.analysis_timeout.map(|seconds| seconds.to_string())),
    ];
    for (name, value) in flags {
        variables.extend(value.map(|value| (name.to_owned(), value)));
    }
    Ok(variables)
}

/// Ends when the program is told to stop.
async fn interrupted() {
    #[cfg(unix)]
    {
        let terminate = async {
            match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
                Ok(mut terminate) => _ = terminate.recv().await,
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            () = terminate => {}
            () = ctrl_c() => {}
        }
    }
    #[cfg(not(unix))]
    ctrl_c().await;
    eprintln!("Stopping; requests under way are finished first.");
}

async fn ctrl_c() {
    let waited: io::Result<()> = tokio::signal::ctrl_c().await;
    if waited.is_err() {
        // Without signals, only the system stops the program.
        std::future::pending::<()>().await;
    }
}

fn fail(message: &str, code: ExitCode) -> ExitCode {
    crate::complain(message);
    code
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Cli, Command};

    fn parsed(args: &[&str]) -> Result<HostConfig, UsageError> {
        match Cli::try_parse_from(["sectionist", "serve"].iter().chain(args)).unwrap().command {
            Some(Command::Serve(args)) => config(&args),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn flags_become_configuration() {
        let args = [
            "--listen",
            "127.0.0.1:0",
            "--component",
            "x.wasm",
            "--api-only",
            "--max-file-size",
            "5MB",
            "--variable",
            "LOG_LEVEL=debug",
            "--max-instances",
            "3",
            "--no-cache",
        ];
        let config = parsed(&args).unwrap();
        assert_eq!((config.listen.port(), config.max_instances), (0, 3));
        assert_eq!(config.component, Path::new("x.wasm"));
        assert_eq!((config.web_root, config.cache_dir), (None, None));
        assert_eq!(config.variables["max_file_size"], "5000000");
        assert_eq!(config.variables["log_level"], "debug");
    }

    #[test]
    fn a_variable_has_a_name_and_a_value() {
        for wrong in ["log_level", "=debug", ""] {
            assert!(parsed(&["--variable", wrong]).is_err(), "{wrong}");
        }
    }
}

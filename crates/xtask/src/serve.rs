//! `cargo xtask serve`: from nothing to the page in a browser.

use anyhow::{Context, Result, bail};
use lexopt::{Arg, Parser, ValueExt};
use semblance_serve::{Options, ServeError, Server};

use crate::{project, report, setup, site};

/// The port unless another is asked for.
const PORT: u16 = 8080;

/// Sets up, builds in release and serves.
pub fn run(arguments: &mut Parser) -> Result<()> {
    let mut port = PORT;
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("port") => {
                port = arguments
                    .value()?
                    .parse()
                    .context("--port wants a number")?;
            }
            other => return Err(other.unexpected().into()),
        }
    }
    // Better to hear it now than after the build; the port is freed again at once.
    drop(start(Options {
        port,
        ..Options::new(project::root())
    })?);

    let lock = project::lock()?;
    setup::ensure()?;
    site::build()?;
    drop(lock);
    let server = start(Options {
        port,
        ..Options::new(project::dist())
    })?;
    report::table();
    println!("\nServing on {} (Ctrl+C ends it).", server.url());
    server.run();
    Ok(())
}

fn start(options: Options) -> Result<Server> {
    match Server::start(options) {
        Ok(server) => Ok(server),
        Err(ServeError::PortTaken(port)) => bail!(
            "port {port} is taken by another program: end that one, or choose another port \
             with `cargo xtask serve --port {}`",
            port.checked_add(1).unwrap_or(PORT)
        ),
        Err(error) => Err(error.into()),
    }
}

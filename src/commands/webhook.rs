//! The admission webhook: flags in, a server until it is stopped.

use std::time::Duration;

use crate::app::webhook::{BadReview, OnError, Settings, Webhook};
use crate::{cli, telemetry};

/// Serves it.
pub(super) fn serve(flags: cli::Webhook) -> anyhow::Result<()> {
    let log = telemetry::Settings {
        format: telemetry::Format::Auto,
        level: flags.log_level.clone(),
        access: telemetry::Access::Off,
    };
    let (log, _lines) = telemetry::start(&log, None)?;
    let settings = settings(flags);
    let webhook = Webhook::bind(&settings, Box::new(admit), Some(log))?;
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        webhook = %webhook.address(),
        telemetry = %webhook.telemetry()?,
        on_error = ?settings.on_error,
        "serving"
    );
    webhook.run()
}

fn settings(flags: cli::Webhook) -> Settings {
    let cli::Webhook { listen, certificate_file, key_file, telemetry, .. } = flags;
    Settings {
        telemetry,
        on_error: match flags.on_error {
            cli::OnError::Allow => OnError::Allow,
            cli::OnError::Deny => OnError::Deny,
        },
        drain_delay: Duration::from_secs(flags.drain_delay),
        drain_timeout: Duration::from_secs(flags.drain_timeout),
        ..Settings::new(listen, certificate_file, key_file)
    }
}

/// Where the decision comes in. Without one, nothing is admitted by us, and the cluster's
/// `failurePolicy` says what becomes of the object.
fn admit(_: &[u8]) -> Result<Vec<u8>, BadReview> {
    Err(BadReview("this build cannot inject".to_owned()))
}

//! The admission webhook: flags in, a server until it is stopped.

use std::time::Duration;

use crate::app::webhook::{BadReview, OnError, Settings, Webhook};
use crate::{cli, inject, telemetry};

/// Serves it.
pub(super) fn serve(flags: cli::Webhook) -> anyhow::Result<()> {
    let log = telemetry::Settings {
        format: telemetry::Format::Auto,
        level: flags.log_level.clone(),
        access: telemetry::Access::Off,
    };
    let settings = settings(&flags);
    let sidecar = super::inject::settings(flags.sidecar)?;
    let admit = move |review: &[u8]| {
        inject::admit(review, &sidecar).map_err(|bad| BadReview(bad.to_string()))
    };
    let (log, _lines) = telemetry::start(&log, None)?;
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

fn settings(flags: &cli::Webhook) -> Settings {
    let files = (flags.certificate_file.clone(), flags.key_file.clone());
    Settings {
        telemetry: flags.telemetry,
        on_error: match flags.on_error {
            cli::OnError::Allow => OnError::Allow,
            cli::OnError::Deny => OnError::Deny,
        },
        drain_delay: Duration::from_secs(flags.drain_delay),
        drain_timeout: Duration::from_secs(flags.drain_timeout),
        ..Settings::new(flags.listen, files.0, files.1)
    }
}

//! A trial's own users, from a file.

use std::path::Path;

use anyhow::{Context, anyhow, bail};
use keystone_double::World;

use crate::config;

/// Reads users, projects and roles from YAML or JSON.
pub(super) fn read(file: &Path) -> anyhow::Result<World> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("--users: cannot read {}", file.display()))?;
    let value = config::yaml_to_json(&text)
        .map_err(|errors| anyhow!("--users: {}: {errors}", file.display()))?;
    let world: World = serde_json::from_value(value)
        .with_context(|| format!("--users: {} does not describe a world", file.display()))?;
    let problems = world.problems();
    if !problems.is_empty() {
        bail!("--users: {}: {}", file.display(), problems.join("; "));
    }
    Ok(world)
}
